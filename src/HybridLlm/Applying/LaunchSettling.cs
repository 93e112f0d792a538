using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.Journals;

namespace HybridLlm.Applying;

/// <summary>
/// Ends the GPU nodes the journal knows of. EC2 may not list an instance for some seconds after its launch, so a node that was
/// intended just now and is not listed is waited for: a scan that came too early would call it gone.
/// </summary>
internal sealed class LaunchSettling(ClusterContext context)
{
    private static readonly TimeSpan s_listedWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(3);

    public Task EndAsync(CancellationToken cancellationToken) => EndAsync(wakeId: null, cancellationToken);

    /// <summary>Ends the node of one wake, or of all; whatever became of its launch.</summary>
    public async Task EndAsync(string? wakeId, CancellationToken cancellationToken)
    {
        ClusterInstances instances = new(context.Aws, context.Owner, context.Region);
        while (true)
        {
            var listed = await instances.ListAsync(cancellationToken).ConfigureAwait(false);
            string[] alive =
            [
                .. listed
                    .Where(i => i is { Component: ResourceComponents.Node, IsAlive: true })
                    .Where(i => wakeId is null || i.IntentId == wakeId)
                    .Select(i => i.InstanceId),
            ];
            if (alive.Length > 0)
            {
                await instances.TerminateAsync(alive, cancellationToken).ConfigureAwait(false);
            }

            if (!Unlisted(listed).Any(n => wakeId is null || n.WakeId == wakeId))
            {
                return;
            }

            await Task.Delay(s_pollEvery, context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private IEnumerable<NodeMemory> Unlisted(IReadOnlyList<InstanceStatus> listed) =>
        context.Journal.Memory.LiveNodes.Where(n =>
            n.Role == NodeRoles.Gpu
            && !n.IsRefused
            && (n.LaunchedAt ?? n.IntendedAt) + s_listedWithin > context.Now
            && !listed.Any(i => i.IntentId == n.WakeId)
        );
}
