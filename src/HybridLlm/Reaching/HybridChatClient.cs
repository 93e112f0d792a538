using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using Microsoft.Extensions.AI;

namespace HybridLlm.Reaching;

/// <summary>The cluster as a chat client: a request wakes a GPU when none is up, holds it while it is being answered, and outlives it.</summary>
internal sealed class HybridChatClient(string model, OllamaContinuity answers)
    : DelegatingChatClient(new OllamaChatClient(answers, model))
{
    private readonly ChatClientMetadata _metadata = new("hybridllm", defaultModelId: model);

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(ChatClientMetadata)
            ? _metadata
            : base.GetService(serviceType, serviceKey);
}
