using System.Diagnostics;
using System.Runtime.CompilerServices;
using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using Microsoft.Extensions.AI;

namespace HybridLlm.Reaching;

/// <summary>The cluster as a chat client: a request wakes a GPU when none is up, holds it while it is being answered, and outlives it.</summary>
internal sealed class HybridChatClient(string model, OllamaContinuity answers)
    : DelegatingChatClient(new OllamaChatClient(answers, model))
{
    private static readonly ActivitySource s_source = new("HybridLlm");

    private readonly ChatClientMetadata _metadata = new("hybridllm", defaultModelId: model);

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        using var span = Begin();
        return await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        using var span = Begin();
        var spoke = false;
        await foreach (
            var update in base.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false)
        )
        {
            if (!spoke && update.Contents.Count > 0)
            {
                spoke = true;
                span?.AddEvent(new ActivityEvent("gen_ai.first_token"));
            }

            yield return update;
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(ChatClientMetadata)
            ? _metadata
            : base.GetService(serviceType, serviceKey);

    private Activity? Begin()
    {
        var span = s_source.StartActivity($"chat {model}", ActivityKind.Client);
        span?.SetTag("gen_ai.operation.name", "chat");
        span?.SetTag("gen_ai.provider.name", "ollama");
        span?.SetTag("gen_ai.request.model", model);
        return span;
    }
}
