using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>
/// AWS Signature Version 4 of an S3 request whose signature stands in the query (AWS: "Authenticating Requests: Using
/// Query Parameters"). Pure.
/// </summary>
internal static class SigV4QuerySigner
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>S3 presigned URLs never bind the body, which is not known yet.</summary>
    private const string BodyHash = "UNSIGNED-PAYLOAD";

    public static Uri Sign(PresignRequest request, Uri url, AwsAccessKey key, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{request.Region}/s3/aws4_request";
        SortedDictionary<string, string> headers = new(StringComparer.Ordinal) { ["host"] = url.Authority };
        foreach (var (name, value) in request.SignedHeaders)
        {
            headers[name.ToLowerInvariant()] = value.Trim();
        }

        var signedHeaders = string.Join(';', headers.Keys);
        SortedDictionary<string, string> query = new(StringComparer.Ordinal)
        {
            ["X-Amz-Algorithm"] = Algorithm,
            ["X-Amz-Credential"] = $"{key.Id}/{scope}",
            ["X-Amz-Date"] = time,
            ["X-Amz-Expires"] = ((long)request.Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["X-Amz-SignedHeaders"] = signedHeaders,
        };
        if (key.SessionToken is { } token)
        {
            query["X-Amz-Security-Token"] = token;
        }

        var canonicalQuery = string.Join('&', query.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        var canonical = string.Join(
            '\n',
            [
                request.Verb == PresignVerb.Get ? "GET" : "PUT",
                url.AbsolutePath,
                canonicalQuery,
                .. headers.Select(h => $"{h.Key}:{h.Value}"),
                "",
                signedHeaders,
                BodyHash,
            ]
        );
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Hex(Hmac(SigningKey(key.Secret, time[..8], request.Region), toSign));
        return new Uri($"{url.AbsoluteUri}?{canonicalQuery}&X-Amz-Signature={signature}");
    }

    /// <summary>Escapes everything but letters, digits, <c>-._~</c> and the slashes between the parts of a key.</summary>
    public static string EscapePath(string key) => string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    private static byte[] SigningKey(string secret, string day, string region) =>
        Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes($"AWS4{secret}"), day), region), "s3"), "aws4_request");

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
