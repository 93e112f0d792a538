namespace HybridLlm.AwsGpu;

/// <summary>An AWS access key. It never prints its secret parts.</summary>
public sealed class AwsAccessKey
{
    /// <summary>Makes an access key.</summary>
    /// <param name="id">Public part, e.g. <c>AKIA…</c>.</param>
    /// <param name="secret">Secret part.</param>
    /// <param name="sessionToken">Token of temporary credentials; null for a long-lived key.</param>
    /// <exception cref="ArgumentException">A part is empty.</exception>
    public AwsAccessKey(string id, string secret, string? sessionToken = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        Id = id;
        Secret = secret;
        SessionToken = string.IsNullOrEmpty(sessionToken) ? null : sessionToken;
    }

    /// <summary>Public part of the key.</summary>
    public string Id { get; }

    internal string Secret { get; }

    internal string? SessionToken { get; }

    /// <summary>The public part only.</summary>
    public override string ToString() => Id;
}
