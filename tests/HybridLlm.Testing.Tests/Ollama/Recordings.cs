using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>HTTP exchanges recorded from a real Ollama server, byte for byte, and the goldens of continued answers.</summary>
internal static class Recordings
{
    private static readonly Lazy<Dictionary<string, byte[]>> s_files = new(Read);

    /// <summary>Every exchange of the archive; skips the test where it is absent.</summary>
    public static IEnumerable<Recording> All =>
        Files
            .Keys.Where(k => k.EndsWith("/request.http", StringComparison.Ordinal))
            .Order()
            .Select(k => Get(k[..^"/request.http".Length]));

    /// <summary>Every continuation golden, by file name.</summary>
    public static IEnumerable<(string Name, JsonElement Golden)> Continuations =>
        Files
            .Where(f =>
                f.Key.StartsWith("continuation/", StringComparison.Ordinal)
                && !f.Key.EndsWith("index.json", StringComparison.Ordinal)
            )
            .OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => (Path.GetFileNameWithoutExtension(f.Key), JsonElement.Parse(f.Value)));

    /// <summary>One exchange, e.g. <c>generate-stream</c> or <c>keep-alive-10m/02-ps</c>.</summary>
    public static Recording Get(string name)
    {
        var (head, body) = Split(Files[name + "/request.http"]);
        var lines = head.Split("\r\n");
        var status = JsonElement.Parse(Files[name + "/response.status.json"]);
        return new Recording
        {
            Name = name,
            Method = lines[0].Split(' ')[0],
            Path = lines[0].Split(' ')[1],
            Headers = [.. lines.Skip(1).Select(l => l.Split(": ", 2)).Select(h => (h[0], h[1]))],
            Body = Encoding.UTF8.GetString(body),
            Status =
                status.GetProperty("status").ValueKind == JsonValueKind.Number
                    ? status.GetProperty("status").GetInt32()
                    : null,
            ResponseHeaders =
                status.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Array
                    ? headers
                        .EnumerateArray()
                        .DistinctBy(h => h[0].GetString())
                        .ToDictionary(h => h[0].GetString()!, h => h[1].GetString()!)
                    : [],
            Framing = status.TryGetProperty("framing", out var framing) ? framing.ToString() : "",
            ClosedBy = status.GetProperty("closed_by").ToString(),
            Response = Files.GetValueOrDefault(name + "/response.body", []),
        };
    }

    private static Dictionary<string, byte[]> Files
    {
        get
        {
            SharedData.Require("ollama-recordings.tar.gz");
            return s_files.Value;
        }
    }

    private static Dictionary<string, byte[]> Read()
    {
        using var file = File.OpenRead(SharedData.Require("ollama-recordings.tar.gz"));
        using GZipStream unzipped = new(file, CompressionMode.Decompress);
        using TarReader tar = new(unzipped);
        Dictionary<string, byte[]> files = [];
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                using MemoryStream bytes = new();
                data.CopyTo(bytes);
                files[entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name] =
                    bytes.ToArray();
            }
        }

        return files;
    }

    private static (string Head, byte[] Body) Split(byte[] request)
    {
        var end = request.AsSpan().IndexOf("\r\n\r\n"u8);
        return (Encoding.ASCII.GetString(request, 0, end), request[(end + 4)..]);
    }
}

/// <summary>One recorded exchange.</summary>
internal sealed record Recording
{
    public required string Name { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }
    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }
    public required string Body { get; init; }
    public required int? Status { get; init; }
    public required Dictionary<string, string> ResponseHeaders { get; init; }
    public required string Framing { get; init; }
    public required string ClosedBy { get; init; }
    public required byte[] Response { get; init; }

    public string ResponseText => Encoding.UTF8.GetString(Response);

    public bool IsNdjson => ResponseHeaders.GetValueOrDefault("Content-Type") == "application/x-ndjson";

    public override string ToString() => Name;
}
