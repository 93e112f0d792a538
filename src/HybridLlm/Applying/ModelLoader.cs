using HybridLlm.Ollama;
using HybridLlm.Reaching;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>Waits until Ollama answers on a node and has the model in the GPU's memory. The load is ours, no client's.</summary>
internal sealed class ModelLoader(ClusterContext context, MeshIdentity self)
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(2);

    public async Task LoadAsync(GpuNode node, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        using var http = MeshHttp.Connect(context.Dialer, self);
        using OllamaClient ollama = new(http, MeshHttp.Root(node.Endpoint));
        var version = await AwaitAnswerAsync(ollama, node, deadline, cancellationToken).ConfigureAwait(false);
        // Without federation this is the first that is heard of the node's k3s.
        var (kind, stage) = context.Federation is null
            ? (ClusterEventKind.Done, ClusterStages.Join)
            : (ClusterEventKind.Progress, ClusterStages.Load);
        Say(kind, stage, $"Ollama {version} answers on {node.WakeId}.");

        var model = context.Spec.Model;
        Say(ClusterEventKind.Progress, ClusterStages.Load, $"{model.Name} goes into the GPU.");
        await ollama
            .PreloadAsync(model.Name, Timeout.InfiniteTimeSpan, model.ContextTokens, cancellationToken)
            .ConfigureAwait(false);
        var resident = await ollama.ListResidentAsync(cancellationToken).ConfigureAwait(false);
        var loaded = resident.FirstOrDefault(m => m.Name == model.Name);
        Say(
            loaded is { WhollyOnGpu: false } ? ClusterEventKind.Warning : ClusterEventKind.Done,
            ClusterStages.Load,
            loaded is { WhollyOnGpu: false }
                ? $"{model.Name} is loaded, but only {loaded.GpuBytes} of its {loaded.Bytes} bytes are in the GPU."
                : $"{model.Name} is in the GPU."
        );
    }

    private async Task<string> AwaitAnswerAsync(
        OllamaClient ollama,
        GpuNode node,
        DateTimeOffset deadline,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            try
            {
                return await ollama.GetVersionAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OllamaException e)
            {
                if (context.Now >= deadline)
                {
                    throw new NodeLostException(
                        node.WakeId,
                        $"Ollama did not answer before its boot deadline ({e.Message})"
                    );
                }
            }

            await Task.Delay(s_pollEvery, context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Say(ClusterEventKind kind, string stage, string message) =>
        context.Events.Publish(kind, stage, message);
}
