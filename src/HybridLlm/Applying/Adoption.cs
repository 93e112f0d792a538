using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.Journals;
using HybridLlm.Keeping;

namespace HybridLlm.Applying;

/// <summary>
/// Takes in what a lost controller left. Network, bucket and address are found by their tags and used on; nodes are ended, since the keys
/// that would let anybody talk to them are lost with the state. What they cost, as far as EC2 still lists them, goes into the book.
/// </summary>
internal sealed class Adoption(ClusterContext context)
{
    /// <summary>What an hour of a node may cost besides its instance, at most: disk and address; USD.</summary>
    private const decimal HourlyOverhead = 0.03m;

    private static readonly DateTimeOffset s_firstMinute = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public async Task TakeInAsync(CancellationToken cancellationToken)
    {
        Number();
        var instances = await new ClusterInstances(context.Aws, context.Owner, context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        foreach (var node in instances.Where(i => i.Component == ResourceComponents.Node && !IsKnown(i)))
        {
            Write(node);
        }

        context.Events.Publish(
            ClusterEventKind.Progress,
            ClusterStages.Adopt,
            $"{instances.Count(i => i is { Component: ResourceComponents.Node, IsAlive: true })} GPU(s) of the lost controller are ended."
        );
        await new BurstEnd(context, watches: null).GiveBackAsync(cancellationToken).ConfigureAwait(false);
        await new KeptModels(context).CountAsync(cancellationToken).ConfigureAwait(false);
        if (context.Federation is { } federation)
        {
            await federation.Parting.TakeInAsync(cancellationToken).ConfigureAwait(false);
        }

        context.Events.Publish(
            ClusterEventKind.Done,
            ClusterStages.Adopt,
            $"What carries owner id {context.Owner.OwnerId} is this controller's; UpAsync completes it, DownAsync removes it."
        );
    }

    /// <summary>Nodes are numbered on from the minute, past every name the lost journal gave: EC2 remembers the tokens of their launches.</summary>
    private void Number()
    {
        var minute = (int)(context.Now - s_firstMinute).TotalMinutes;
        foreach (var role in new[] { NodeRoles.Gpu, NodeRoles.Lighthouse })
        {
            if (context.Journal.Memory.Seen.GetValueOrDefault(role) == 0)
            {
                context.Journal.Append(
                    new WakesSeen
                    {
                        At = context.Now,
                        Role = role,
                        Number = minute,
                    }
                );
            }
        }
    }

    private bool IsKnown(InstanceStatus node) => context.Journal.Memory.Nodes.Any(n => n.InstanceId == node.InstanceId);

    private void Write(InstanceStatus node)
    {
        var wakeId = node.IntentId ?? node.InstanceId;
        // The dearest it can have been: the list price.
        var hourly = OnDemandPrices.Embedded.Find(context.Region, node.InstanceType).UsdPerHour + HourlyOverhead;
        context.Journal.Append(
            new NodeIntended
            {
                At = node.LaunchedAt,
                WakeId = wakeId,
                Role = NodeRoles.Gpu,
                PlanId = "adopted",
                MeshAddress = "0.0.0.0",
                CertificateUntil = node.ExpiresAt ?? context.Now,
                HourlyReserve = hourly,
                LeaseUntil = node.LeaseUntil ?? context.Now,
                Market = node.Market,
            }
        );
        context.Journal.Append(
            new NodeLaunched
            {
                At = node.LaunchedAt,
                WakeId = wakeId,
                InstanceId = node.InstanceId,
                InstanceType = node.InstanceType,
                Zone = node.ZoneName,
                Market = node.Market,
                LaunchedAt = node.LaunchedAt,
                HourlyCost = hourly,
            }
        );
    }
}
