using System.Globalization;
using System.Security.Cryptography;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>
/// Who may do it. A signed header proves the key, and its date is not looked at: the SDK signs with the machine's clock,
/// the emulator lives by its own. A presigned URL is checked in full, by the emulator's clock.
/// </summary>
internal static class S3Authentication
{
    private const int LongestLife = 604800;
    private static readonly TimeSpan s_mostAhead = TimeSpan.FromMinutes(15);

    public static void Check(CloudState cloud, RawRequest request, SignatureV4? signature)
    {
        if (signature is null)
        {
            throw request.Has("X-Amz-Algorithm")
                ? BadQuery("Query-string authentication version 4 requires all its parameters.")
                : Denied("Access Denied");
        }

        if (signature.AccessKey != cloud.Options.AccessKey)
        {
            throw new ServiceError(
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
                403
            );
        }

        if (signature.Presigned)
        {
            CheckTime(request, signature, cloud.Now);
        }

        if (!signature.Matches(request, cloud.Options.SecretKey))
        {
            throw new ServiceError(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. "
                    + "Check your key and signing method.",
                403
            );
        }

        if (signature.Presigned && request.Headers.Keys.Any(h => MustBeSigned(h, signature)))
        {
            throw Denied("There were headers present in the request which were not signed");
        }

        CheckPayload(request);
    }

    private static void CheckTime(RawRequest request, SignatureV4 signature, DateTimeOffset now)
    {
        if (
            !int.TryParse(
                request.Parameter("X-Amz-Expires"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var life
            ) || life is < 1 or > LongestLife
        )
        {
            throw BadQuery("X-Amz-Expires must be between 1 and 604800 seconds");
        }

        var isDate = DateTimeOffset.TryParseExact(
            signature.Date,
            "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var signed
        );
        if (!isDate || !signature.Date.StartsWith(signature.Scope[0], StringComparison.Ordinal))
        {
            throw BadQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }

        if (signed > now + s_mostAhead)
        {
            throw Denied("Request is not valid yet");
        }

        if (now > signed + TimeSpan.FromSeconds(life))
        {
            throw Denied("Request has expired");
        }
    }

    private static bool MustBeSigned(string header, SignatureV4 signature) =>
        header.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
        && !signature.SignedHeaders.Contains(header, StringComparer.OrdinalIgnoreCase);

    private static void CheckPayload(RawRequest request)
    {
        var announced = request.Header("x-amz-content-sha256");
        if (announced?.Length == 64 && announced != Convert.ToHexStringLower(SHA256.HashData(request.Body)))
        {
            throw new ServiceError(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed."
            );
        }
    }

    private static ServiceError BadQuery(string message) => new("AuthorizationQueryParametersError", message);

    private static ServiceError Denied(string message) => new("AccessDenied", message, 403);
}
