using System.Net;

namespace HybridLlm.Testing.Nodes;

/// <summary>Reads instance metadata, version 2, as curl does in the boot script.</summary>
internal sealed class ImdsClient(HttpClient http, Uri root)
{
    public async Task<string> GetAsync(string path, CancellationToken cancellationToken) =>
        await TryGetAsync(path, cancellationToken).ConfigureAwait(false)
        ?? throw new IOException($"The metadata service has no {path}.");

    /// <summary>The text; null when there is none.</summary>
    public async Task<string?> TryGetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpRequestMessage ask = new(HttpMethod.Put, new Uri(root, "latest/api/token"));
        ask.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "60");
        using var token = await http.SendAsync(ask, cancellationToken).ConfigureAwait(false);
        token.EnsureSuccessStatusCode();

        using HttpRequestMessage get = new(HttpMethod.Get, new Uri(root, $"latest/{path}"));
        get.Headers.Add(
            "X-aws-ec2-metadata-token",
            await token.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)
        );
        using var response = await http.SendAsync(get, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.NotFound
            ? null
            : await response
                .EnsureSuccessStatusCode()
                .Content.ReadAsStringAsync(cancellationToken)
                .ConfigureAwait(false);
    }
}
