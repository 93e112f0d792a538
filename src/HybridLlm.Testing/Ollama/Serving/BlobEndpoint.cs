using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>Files that models are made of. Only their digests are kept.</summary>
internal sealed class BlobEndpoint
{
    public const string Path = "/api/blobs/";

    private readonly ConcurrentDictionary<string, bool> _digests = new(StringComparer.Ordinal);

    public bool Has(string digest) => _digests.ContainsKey(digest);

    public async Task HandleAsync(HttpContext context, LiveRequest live)
    {
        var digest = context.Request.Path.Value![Path.Length..];
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = Has(digest) ? 200 : 404;
            return;
        }

        if (Has(digest))
        {
            await Reply.EmptyAsync(context).ConfigureAwait(false);
            return;
        }

        if (digest.Length != 71 || !digest.StartsWith("sha256:", StringComparison.Ordinal))
        {
            throw new ReplyException(400, "invalid digest format");
        }

        var hash = await SHA256.HashDataAsync(context.Request.Body, live.Ended).ConfigureAwait(false);
        var got = $"sha256:{Convert.ToHexStringLower(hash)}";
        if (got != digest)
        {
            throw new ReplyException(400, $"digest mismatch, expected \"{digest}\", got \"{got}\"");
        }

        _digests[digest] = true;
        await Reply.EmptyAsync(context, 201).ConfigureAwait(false);
    }
}
