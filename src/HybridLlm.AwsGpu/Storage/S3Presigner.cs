namespace HybridLlm.AwsGpu.Storage;

/// <summary>
/// Makes presigned S3 URLs by AWS Signature Version 4 in the query string. The SDK has a presigner too, but it dates its
/// URLs by the machine's clock; this one keeps to the clock it is given.
/// </summary>
public sealed class S3Presigner
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);
    private readonly AwsClients _clients;

    /// <summary>Keeps the connection, whose credentials sign and whose clock dates.</summary>
    /// <param name="clients">Connection to AWS.</param>
    public S3Presigner(AwsClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
    }

    /// <summary>Signs a URL. Whoever reads it can use it until it expires: treat it as a secret.</summary>
    /// <param name="request">What the URL allows.</param>
    /// <param name="cancellationToken">Stops the reading of credentials.</param>
    /// <exception cref="InvalidSpecException">The request names no object, or a lifetime S3 refuses.</exception>
    /// <exception cref="AwsCallException">There are no credentials.</exception>
    public async Task<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        InvalidSpecException.ThrowIfAny("The presign request", Faults(request));
        var key = await _clients.ReadAccessKeyAsync(cancellationToken).ConfigureAwait(false);
        return SigV4QuerySigner.Sign(request, ObjectUrl(request), key, _clients.Time.GetUtcNow());
    }

    private Uri ObjectUrl(PresignRequest request)
    {
        var path = SigV4QuerySigner.EscapePath(request.Key);
        return _clients.ServiceUrl is { } emulator
            ? new Uri($"{emulator.GetLeftPart(UriPartial.Authority)}/{request.Bucket}/{path}")
            : new Uri($"https://{request.Bucket}.s3.{request.Region}.{DomainOf(request.Region)}/{path}");
    }

    private static string DomainOf(string region) =>
        region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";

    private static IEnumerable<string?> Faults(PresignRequest request) =>
        [
            string.IsNullOrEmpty(request.Region) ? "Region is empty" : null,
            string.IsNullOrEmpty(request.Bucket) ? "Bucket is empty" : null,
            string.IsNullOrEmpty(request.Key) ? "Key is empty" : null,
            (request.Key ?? "").Split('/').Any(part => part is "." or "..")
                ? $"Key is '{request.Key}', whose dots every HTTP client would resolve"
                : null,
            request.Lifetime < TimeSpan.FromSeconds(1) || request.Lifetime > s_longest
                ? $"Lifetime is {request.Lifetime}, must be 1 second to 7 days"
                : null,
        ];
}
