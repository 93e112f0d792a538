using HybridLlm.AwsGpu.Observing;
using HybridLlm.Budgets;
using HybridLlm.Keeping;
using HybridLlm.Teardown;

namespace HybridLlm.Applying;

/// <summary>Reads a cluster's status. Writes nothing.</summary>
internal sealed class StatusReader(ClusterSession session)
{
    public async Task<HybridClusterStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var context = session.Context;
        var observed = await session.Controller.ObserveAsync(cancellationToken).ConfigureAwait(false);
        var now = context.Now;
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var node = session.Driver.Node?.WakeId;
        return new HybridClusterStatus
        {
            At = now,
            Phase = session.Driver.Phase,
            Waiting = session.Driver.Waiting,
            Node = node,
            NodeMarket = node is null ? null : context.Journal.Memory.Node(node)?.Market,
            FoundationLacks = await session.FoundationLacksAsync(cancellationToken).ConfigureAwait(false),
            Instances = [.. observed.Instances.Where(i => i.IsAlive).Select(i => i.InstanceId)],
            Drift = DriftPlanner.Compare(GarbageCollector.Known(context.Journal.Memory), observed),
            Models =
            [
                .. (await new KeptModels(context).ReadAsync(cancellationToken).ConfigureAwait(false)).Select(r =>
                    ReceiptLine.Of(r, reason: null)
                ),
            ],
            SpentToday = Since(today),
            SpentThisMonth = Since(new DateTimeOffset(today.Year, today.Month, 1, 0, 0, 0, TimeSpan.Zero)),
            Spent = Since(DateTimeOffset.MinValue),
        };

        decimal Since(DateTimeOffset from) =>
            BudgetBook.Spent(context.Journal.Memory, from, DateTimeOffset.MaxValue, now);
    }
}
