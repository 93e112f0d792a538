namespace HybridLlm.Gateway.Tests.Protocols;

/// <summary>Server-sent events, read as the standard has them.</summary>
internal static class Sse
{
    public static IEnumerable<string> Data(string stream) =>
        stream
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(e => e.Split('\n').Where(l => l.StartsWith("data: ", StringComparison.Ordinal)).Select(l => l[6..]))
            .Select(lines => string.Join('\n', lines))
            .Where(data => data.Length > 0);

    public static IEnumerable<string> Comments(string stream) =>
        stream.Split('\n').Where(l => l.StartsWith(':')).Select(l => l[1..].Trim());
}
