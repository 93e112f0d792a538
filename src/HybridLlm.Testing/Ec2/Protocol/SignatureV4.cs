using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>The parts of an AWS Signature Version 4, from a header or from a presigned URL.</summary>
internal sealed record SignatureV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    public required string AccessKey { get; init; }

    /// <summary>Credential scope after the key: date, region, service, <c>aws4_request</c>.</summary>
    public required IReadOnlyList<string> Scope { get; init; }

    /// <summary>Lower-case header names, in the order signed.</summary>
    public required IReadOnlyList<string> SignedHeaders { get; init; }

    /// <summary>Lower-case hexadecimal.</summary>
    public required string Value { get; init; }

    /// <summary><c>X-Amz-Date</c>, e.g. <c>20261123T180200Z</c>.</summary>
    public required string Date { get; init; }

    public required bool Presigned { get; init; }

    public string Region => Scope[1];

    public string Service => Scope[2];

    /// <summary>The signature of a request; null for an unsigned or unreadable one.</summary>
    public static SignatureV4? Of(RawRequest request) =>
        request.Parameter("X-Amz-Algorithm") is { } algorithm ? FromQuery(request, algorithm) : FromHeader(request);

    /// <summary>Whether the secret made this signature for this request.</summary>
    public bool Matches(RawRequest request, string secretKey)
    {
        if (SignedHeaders.Any(h => request.Header(h) is null))
        {
            return false;
        }

        var scope = string.Join('/', Scope);
        var hash = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(request))));
        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var part in Scope)
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        var text = Encoding.UTF8.GetBytes($"{Algorithm}\n{Date}\n{scope}\n{hash}");
        var expected = Encoding.ASCII.GetBytes(Hex(HMACSHA256.HashData(key, text)));
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(Value));
    }

    private string Canonical(RawRequest request)
    {
        var path = string.Join(
            '/',
            request.RawPath.Split('/').Select(Uri.UnescapeDataString).Select(Uri.EscapeDataString)
        );
        var query = request
            .Query.Where(p => !Presigned || p.Key != "X-Amz-Signature")
            .Select(p => (Name: Uri.EscapeDataString(p.Key), Value: Uri.EscapeDataString(p.Value)))
            .OrderBy(p => p.Name, StringComparer.Ordinal)
            .ThenBy(p => p.Value, StringComparer.Ordinal)
            .Select(p => $"{p.Name}={p.Value}");
        var headers = SignedHeaders.Select(h => $"{h}:{Trimmed(request.Header(h)!)}\n");
        return string.Join(
            '\n',
            request.Method,
            path,
            string.Join('&', query),
            string.Concat(headers),
            string.Join(';', SignedHeaders),
            PayloadHash(request)
        );
    }

    private string PayloadHash(RawRequest request) =>
        request.Header("x-amz-content-sha256") ?? (Presigned ? "UNSIGNED-PAYLOAD" : Hex(SHA256.HashData(request.Body)));

    private static SignatureV4? FromHeader(RawRequest request)
    {
        var header = request.Header("Authorization") ?? "";
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return null;
        }

        var parts = header[(Algorithm.Length + 1)..]
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(p => p.Split('=', 2))
            .Where(p => p.Length == 2)
            .ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        return Parse(
            parts.GetValueOrDefault("Credential"),
            parts.GetValueOrDefault("SignedHeaders"),
            parts.GetValueOrDefault("Signature"),
            request.Header("x-amz-date"),
            presigned: false
        );
    }

    private static SignatureV4? FromQuery(RawRequest request, string algorithm) =>
        algorithm != Algorithm
            ? null
            : Parse(
                request.Parameter("X-Amz-Credential"),
                request.Parameter("X-Amz-SignedHeaders"),
                request.Parameter("X-Amz-Signature"),
                request.Parameter("X-Amz-Date"),
                presigned: true
            );

    private static SignatureV4? Parse(string? credential, string? headers, string? value, string? date, bool presigned)
    {
        var scope = credential?.Split('/') ?? [];
        return scope.Length != 5 || headers is null || value is null || date is null
            ? null
            : new SignatureV4
            {
                AccessKey = scope[0],
                Scope = scope[1..],
                SignedHeaders = headers.Split(';'),
                Value = value,
                Date = date,
                Presigned = presigned,
            };
    }

    private static string Trimmed(string value) =>
        string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
