using HybridLlm.Applying;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Observing;
using HybridLlm.Journals;

namespace HybridLlm.Keeping;

/// <summary>
/// Ends nodes of this owner that nobody knows, or that outlived their lease: at once when a controller begins to control, and every two
/// minutes from then on. It is what ends a node whose own dead-man's switch cannot. Models that are kept are no garbage: they are counted.
/// </summary>
internal sealed class GarbageCollector(ClusterContext context) : IAsyncDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _beginning = new(1, 1);
    private Task? _collecting;

    /// <summary>Nodes that the journal knows and that may exist, those whose launch was not answered included.</summary>
    public static IReadOnlyList<KnownNode> Known(ClusterMemory memory) =>
        [.. memory.LiveNodes.Where(n => n.Role == NodeRoles.Gpu).Select(n => new KnownNode(n.WakeId, n.InstanceId))];

    /// <summary>Collects once, and goes on by itself; a second call does nothing.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await _beginning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Whoever is nobody yet owns nothing.
            if (_collecting is null && context.Journal.Memory.OwnerId is not null)
            {
                await CollectAsync(cancellationToken).ConfigureAwait(false);
                await new KeptModels(context).CountAsync(cancellationToken).ConfigureAwait(false);
                _collecting = Quietly.Run(() => GoOnAsync(_stop.Token));
            }
        }
        finally
        {
            _beginning.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await (_collecting ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _beginning.Dispose();
    }

    private async Task GoOnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(s_every, context.Clock, cancellationToken).ConfigureAwait(false);
            try
            {
                await CollectAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                context.Events.Publish(
                    ClusterEventKind.Warning,
                    ClusterStages.Garbage,
                    $"Looking for nodes that nobody knows failed and is tried again: {e.Message}"
                );
            }
        }
    }

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        await MarkNamesAsync(cancellationToken).ConfigureAwait(false);
        ClusterObserver observer = new(context.Aws, context.Owner, context.Region);
        var ended = await observer
            .CollectGarbageAsync(Known(context.Journal.Memory), cancellationToken)
            .ConfigureAwait(false);
        foreach (var node in ended)
        {
            context.Events.Publish(ClusterEventKind.Warning, ClusterStages.Garbage, $"Ended {Describe(node)}.");
        }
    }

    /// <summary>A journal that was restored from a backup must not name its next node as the one it has forgotten.</summary>
    private async Task MarkNamesAsync(CancellationToken cancellationToken)
    {
        var instances = await new ClusterInstances(context.Aws, context.Owner, context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        foreach (var role in new[] { NodeRoles.Gpu, NodeRoles.Lighthouse })
        {
            var last = instances.Select(i => NodeRoles.NumberOf(role, i.IntentId)).DefaultIfEmpty(0).Max();
            if (last > context.Journal.Memory.LastNumber(role))
            {
                context.Journal.Append(
                    new WakesSeen
                    {
                        At = context.Now,
                        Role = role,
                        Number = last,
                    }
                );
            }
        }
    }

    private static string Describe(InstanceStatus node) =>
        $"{node.InstanceId} of {node.LaunchedAt:u} ({node.InstanceType}), which {node.IntentId ?? "nothing"} in the journal explains or whose lease is over";
}
