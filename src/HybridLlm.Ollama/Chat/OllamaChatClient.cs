using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace HybridLlm.Ollama;

/// <summary>
/// <see cref="IChatClient"/> over one Ollama server. A whole answer is gathered from a stream, so one that breaks off throws
/// instead of passing for short.
/// </summary>
/// <remarks>
/// Options Ollama has and <see cref="ChatOptions"/> has not go into <see cref="ChatOptions.AdditionalProperties"/> by Ollama's
/// names: <c>keep_alive</c>, <c>think</c>, <c>truncate</c>, <c>shift</c>, <c>logprobs</c> and <c>top_logprobs</c> of the request, any
/// other as one of its <c>options</c>, e.g. <c>num_ctx</c>.
/// </remarks>
public sealed class OllamaChatClient : IChatClient
{
    private readonly OllamaClient _client;
    private readonly ChatClientMetadata _metadata;

    /// <summary>A chat client that leaves <paramref name="client"/> to its owner.</summary>
    /// <param name="client">The server.</param>
    /// <param name="defaultModel">Model for requests whose <see cref="ChatOptions.ModelId"/> is null; null to demand one each time.</param>
    public OllamaChatClient(OllamaClient client, string? defaultModel = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _metadata = new ChatClientMetadata("ollama", client.Address, defaultModel);
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
        var chunks = _client.StreamAsync(OllamaApi.Chat, body, cancellationToken);
        await foreach (var chunk in chunks.ConfigureAwait(false))
        {
            yield return updates.From(chunk);
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_client) ? _client
            : null;
    }

    /// <summary>Does nothing: the server's client is its owner's.</summary>
    public void Dispose() { }
}
