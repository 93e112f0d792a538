using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Answers that outlive their server: one that is cut goes on at another, without a character lost or doubled. What the caller
/// sees is one stream in the shape it asked for; where the answer moved is reported beside the text, never in it.
/// </summary>
public sealed class OllamaContinuity
{
    private readonly IOllamaEndpoints _endpoints;
    private readonly ContinuityOptions _options;
    private readonly EndpointInspector _inspector;

    /// <summary>Continuity over servers that <paramref name="endpoints"/> chooses. Safe for concurrent use.</summary>
    /// <param name="endpoints">Chooses servers.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    public OllamaContinuity(IOllamaEndpoints endpoints, ContinuityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        _endpoints = endpoints;
        _options = options ?? new ContinuityOptions();
        _inspector = new EndpointInspector(_options);
    }

    private OllamaContinuity(IOllamaEndpoints endpoints, OllamaContinuity like) =>
        (_endpoints, _options, _inspector) = (endpoints, like._options, like._inspector);

    /// <summary>The same limits and the same memory of what servers are, over other servers: for hosts that choose anew for each request.</summary>
    /// <param name="endpoints">Chooses servers.</param>
    public OllamaContinuity Through(IOllamaEndpoints endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return new OllamaContinuity(endpoints, this);
    }

    /// <summary>Answers as <see cref="OllamaClient.StreamAsync"/> does. The last chunk of an answer that moved has a <see cref="OllamaChunk.Continuity"/>.</summary>
    /// <param name="api">Where to post.</param>
    /// <param name="body">The request.</param>
    /// <param name="migrations">Told of every move as it happens; null if nobody cares.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <exception cref="ContinuityLostException">It broke off where it cannot be taken up, or no server is left.</exception>
    /// <exception cref="OllamaException">The request is at fault, or the answer moved too often; the type says how it failed last.</exception>
    public IAsyncEnumerable<OllamaChunk> StreamAsync(
        OllamaApi api,
        JsonObject body,
        IProgress<Migration>? migrations = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(body);
        AskedFor asked = new(api, body.DeepClone().AsObject());
        return new ContinuousAnswer(asked, _endpoints, _inspector, _options, migrations).RunAsync(cancellationToken);
    }
}
