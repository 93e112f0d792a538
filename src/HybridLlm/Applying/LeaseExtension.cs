using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Leases;
using HybridLlm.Journals;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>Extends a node's lease on purpose, whether or not a controller lives, if the budget bears it.</summary>
internal sealed class LeaseExtension(ClusterContext context)
{
    /// <returns>Until when the node may live now; null when it has no lease.</returns>
    /// <exception cref="Budgets.BudgetExhaustedException">The budget does not bear it.</exception>
    public async Task<DateTimeOffset?> KeepForAsync(GpuNode node, TimeSpan time, CancellationToken cancellationToken)
    {
        var instances = await new ClusterInstances(context.Aws, context.Owner, context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        var instance = instances.FirstOrDefault(i => i.InstanceId == node.InstanceId);
        if (instance is not { LeaseUntil: { } leaseUntil, ExpiresAt: { } expiresAt })
        {
            return null;
        }

        var until = LeasePolicy.Extend(context.Now, leaseUntil, expiresAt, time);
        BudgetGate.Check(context, context.Journal.Memory.Node(node.WakeId)!.HourlyReserve, leaseUntil, until);
        context.Journal.Append(
            new LeaseExtended
            {
                At = context.Now,
                WakeId = node.WakeId,
                Until = until,
            }
        );
        return await new LeaseKeeper(context.Aws, context.Region)
            .KeepForAsync(instance, time, cancellationToken)
            .ConfigureAwait(false);
    }
}
