namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>What a call with a client token did, kept to answer its repetition.</summary>
/// <param name="Fingerprint">The call's parameters.</param>
/// <param name="Result">What it made.</param>
internal sealed record RememberedCall(string Fingerprint, object Result);

/// <summary>One EC2 call in the region it was signed for. Runs under the cloud's lock.</summary>
/// <param name="Request">Its parameters.</param>
/// <param name="Region">Where.</param>
internal sealed record Ec2Call(QueryRequest Request, RegionState Region)
{
    public CloudState Cloud => Region.Cloud;

    public DateTimeOffset Now => Region.Cloud.Now;

    /// <summary>Does the call, once every parameter has been read: refuses unread ones, answers a dry run.</summary>
    public object?[] Perform(Func<object?[]> effect)
    {
        Check();
        return effect();
    }

    /// <summary>
    /// As <see cref="Perform"/>, but a repetition with the same client token and parameters does nothing and shows what
    /// the first call made, in its state of now.
    /// </summary>
    public object?[] PerformOnce<T>(Func<T> effect, Func<T, object?[]> render)
        where T : notnull
    {
        var token = Request.Text("ClientToken");
        Check();
        if (string.IsNullOrEmpty(token))
        {
            return render(effect());
        }

        var key = (Request.Action, token);
        var fingerprint = Request.Fingerprint();
        if (Region.Tokens.TryGetValue(key, out var earlier))
        {
            return earlier.Fingerprint == fingerprint
                ? render((T)earlier.Result)
                : throw new ServiceError(
                    "IdempotentParameterMismatch",
                    $"The client token '{token}' was used before with other parameters."
                );
        }

        var result = effect();
        Region.Tokens.Add(key, new RememberedCall(fingerprint, result));
        return render(result);
    }

    private void Check()
    {
        var dryRun = Request.Flag("DryRun") ?? false;
        Request.RefuseUnread();
        if (dryRun)
        {
            throw new ServiceError(
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set.",
                status: 412
            );
        }
    }
}
