using System.Runtime.CompilerServices;
using HybridLlm.Applying;
using HybridLlm.Ollama;
using Microsoft.Extensions.AI;

namespace HybridLlm.Reaching;

/// <summary>The cluster as a chat client: a request wakes a GPU when none is up, and holds it while it is being answered.</summary>
internal sealed class HybridChatClient(string model, Func<CancellationToken, Task<ModelEndpoint>> acquire) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("hybridllm", defaultModelId: model);

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        using var endpoint = await acquire(cancellationToken).ConfigureAwait(false);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, endpoint.Lost);
        using OllamaClient ollama = new(endpoint.Http, endpoint.Address);
        using OllamaChatClient chat = new(ollama, model);
        var updates = chat.GetStreamingResponseAsync(messages, options, either.Token).GetAsyncEnumerator(either.Token);
        await using (updates.ConfigureAwait(false))
        {
            while (await NextAsync(updates, endpoint, cancellationToken).ConfigureAwait(false))
            {
                yield return updates.Current;
            }
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose() { }

    private static async Task<bool> NextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates,
        ModelEndpoint endpoint,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (endpoint.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new NodeLostException(endpoint.Node, "it is gone in the middle of the answer");
        }
    }
}
