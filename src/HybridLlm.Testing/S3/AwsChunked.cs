using System.Globalization;
using System.Text;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>
/// The SDK's upload encoding <c>aws-chunked</c>: each chunk's size in hexadecimal (with its signature, which is not
/// checked), its bytes, and after the last, empty one the trailing headers.
/// </summary>
internal static class AwsChunked
{
    private static readonly byte[] s_lineEnd = "\r\n"u8.ToArray();

    public static bool IsUsed(RawRequest request) =>
        request.Header("x-amz-content-sha256")?.StartsWith("STREAMING-", StringComparison.Ordinal) ?? false;

    /// <summary>The body that was meant, and the trailing headers.</summary>
    public static (byte[] Body, IReadOnlyDictionary<string, string> Trailers) Decode(RawRequest request)
    {
        var encoded = request.Body.AsSpan();
        using MemoryStream body = new();
        while (true)
        {
            var size = ReadSize(Line(ref encoded));
            if (size == 0)
            {
                break;
            }

            if (encoded.Length < size + s_lineEnd.Length)
            {
                throw Incomplete();
            }

            body.Write(encoded[..size]);
            encoded = encoded[(size + s_lineEnd.Length)..];
        }

        Dictionary<string, string> trailers = new(StringComparer.OrdinalIgnoreCase);
        while (encoded.Length > 0 && Line(ref encoded) is { Length: > 0 } line)
        {
            var parts = line.Split(':', 2);
            trailers[parts[0].Trim()] = parts[^1].Trim();
        }

        var announced = request.Header("x-amz-decoded-content-length");
        return announced == body.Length.ToString(CultureInfo.InvariantCulture)
            ? (body.ToArray(), trailers)
            : throw Incomplete();
    }

    private static string Line(ref Span<byte> rest)
    {
        var end = rest.IndexOf(s_lineEnd);
        if (end < 0)
        {
            throw Incomplete();
        }

        var line = Encoding.ASCII.GetString(rest[..end]);
        rest = rest[(end + s_lineEnd.Length)..];
        return line;
    }

    private static int ReadSize(string line) =>
        int.TryParse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw Incomplete();

    private static ServiceError Incomplete() =>
        new("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
}
