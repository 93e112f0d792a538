using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>An HTTP request as it came over the wire, before any decoding that a signature would notice.</summary>
internal sealed class RawRequest
{
    private RawRequest(
        HttpRequest request,
        string rawPath,
        IReadOnlyList<KeyValuePair<string, string>> query,
        byte[] body
    )
    {
        Method = request.Method;
        Headers = request.Headers;
        RawPath = rawPath;
        Query = query;
        Body = body;
    }

    public string Method { get; }

    public IHeaderDictionary Headers { get; }

    /// <summary>Path as sent, percent-encoded.</summary>
    public string RawPath { get; }

    /// <summary>Query parameters, decoded, in order; a parameter without <c>=</c> has an empty value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; }

    public byte[] Body { get; }

    public string Path => Uri.UnescapeDataString(RawPath);

    public static async Task<RawRequest> ReadAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return new RawRequest(context.Request, path, Pairs(query, plusIsSpace: false), body.ToArray());
    }

    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    public string? Parameter(string name) => Query.FirstOrDefault(p => p.Key == name).Value;

    public bool Has(string parameter) => Query.Any(p => p.Key == parameter);

    /// <summary>The body as a form.</summary>
    public IReadOnlyDictionary<string, string> Form() =>
        Pairs(Encoding.UTF8.GetString(Body), plusIsSpace: true)
            .DistinctBy(p => p.Key)
            .ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

    private static List<KeyValuePair<string, string>> Pairs(string text, bool plusIsSpace)
    {
        string Decode(string part) => Uri.UnescapeDataString(plusIsSpace ? part.Replace('+', ' ') : part);
        return
        [
            .. text.Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .Select(p => KeyValuePair.Create(Decode(p[0]), p.Length > 1 ? Decode(p[1]) : "")),
        ];
    }
}
