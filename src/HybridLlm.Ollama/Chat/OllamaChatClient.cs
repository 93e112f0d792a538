using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using Microsoft.Extensions.AI;

namespace HybridLlm.Ollama;

/// <summary>
/// <see cref="IChatClient"/> over one Ollama server, or over many that take answers up from each other. A whole answer is gathered from
/// a stream, so one that breaks off throws instead of passing for short.
/// </summary>
/// <remarks>
/// Where an answer moves, an update without content has the <see cref="Migration"/> as its
/// <see cref="ChatResponseUpdate.RawRepresentation"/>, and the last update, so also the gathered message, has a
/// <see cref="ContinuityReport"/> in its additional properties under <see cref="ContinuityKey"/>.
/// <para>
/// Options Ollama has and <see cref="ChatOptions"/> has not go into <see cref="ChatOptions.AdditionalProperties"/> by Ollama's
/// names: <c>keep_alive</c>, <c>think</c>, <c>truncate</c>, <c>shift</c>, <c>logprobs</c> and <c>top_logprobs</c> of the request, any
/// other as one of its <c>options</c>, e.g. <c>num_ctx</c>.
/// </para>
/// </remarks>
public sealed class OllamaChatClient : IChatClient
{
    /// <summary>Key of the <see cref="ContinuityReport"/> among the additional properties of an answer that moved.</summary>
    public const string ContinuityKey = "ollama.continuity";

    private readonly object _source;
    private readonly Func<JsonObject, IProgress<Migration>, CancellationToken, IAsyncEnumerable<OllamaChunk>> _stream;
    private readonly ChatClientMetadata _metadata;

    /// <summary>A chat client that leaves <paramref name="client"/> to its owner.</summary>
    /// <param name="client">The server.</param>
    /// <param name="defaultModel">Model for requests whose <see cref="ChatOptions.ModelId"/> is null; null to demand one each time.</param>
    public OllamaChatClient(OllamaClient client, string? defaultModel = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _source = client;
        _stream = (body, _, cancellationToken) => client.StreamAsync(OllamaApi.Chat, body, cancellationToken);
        _metadata = new ChatClientMetadata("ollama", client.Address, defaultModel);
    }

    /// <summary>A chat client whose answers outlive their server.</summary>
    /// <param name="continuity">The servers.</param>
    /// <param name="defaultModel">Model for requests whose <see cref="ChatOptions.ModelId"/> is null; null to demand one each time.</param>
    public OllamaChatClient(OllamaContinuity continuity, string? defaultModel = null)
    {
        ArgumentNullException.ThrowIfNull(continuity);
        _source = continuity;
        _stream = (body, moves, cancellationToken) =>
            continuity.StreamAsync(OllamaApi.Chat, body, moves, cancellationToken);
        _metadata = new ChatClientMetadata("ollama", null, defaultModel);
    }

    /// <inheritdoc/>
    /// <exception cref="OllamaException">The answer failed; the type says how.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="OllamaException">The answer failed; the type says how.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        var body = ChatBody.From(messages, options, options?.ModelId ?? _metadata.DefaultModelId);
        ChatUpdates updates = new();
        await foreach (var chunk in _stream(body, updates, cancellationToken).ConfigureAwait(false))
        {
            foreach (var update in updates.From(chunk))
            {
                yield return update;
            }
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_source) ? _source
            : null;
    }

    /// <summary>Does nothing: the servers are their owner's.</summary>
    public void Dispose() { }
}
