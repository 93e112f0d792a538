using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.Federating;
using HybridLlm.Journals;
using HybridLlm.Liqo;
using HybridLlm.Nebula.Networks;
using HybridLlm.Planning;
using HybridLlm.Specs;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>
/// Rents one GPU node, enrols it, waits until the model is loaded, keeps its lease, and gives it back. Intent is journalled before
/// each billable call.
/// </summary>
internal sealed class GpuBurst(
    ClusterContext context,
    Func<CancellationToken, Task<PlannedWake>> plan,
    Action<string, WakeEvent> notify
) : IBurst, IAsyncDisposable
{
    private readonly NodeWatches _watches = new(context, notify);

    public async Task<GpuNode> WakeAsync(CancellationToken cancellationToken)
    {
        Say(
            ClusterEventKind.Progress,
            ClusterStages.Wake,
            $"Somebody asks for {context.Spec.Model.Name}; one wake for all who ask."
        );
        var foundation = await new FoundationReader(context).ReadAsync(cancellationToken).ConfigureAwait(false);
        var planned = await plan(cancellationToken).ConfigureAwait(false);
        NodeEnroller enroller = new(
            context,
            new Mailbox(context.Aws, foundation.Bucket, context.Region),
            foundation.Mesh
        );

        var wakeId = context.NextWakeId(NodeRoles.Gpu);
        // Liqo cannot peer again with an id that returns with other keys.
        var providerId = context.Federation is null ? null : ClusterId.Fresh($"{context.Spec.Name}-{wakeId}");
        var lastMoment = Seconds(context.Now + context.Spec.Life.MaximumLife);
        var place = foundation.Mesh.Place(new MeshMember { Name = wakeId, Role = MeshRole.GpuNode });
        var bootDeadline = Seconds(context.Now + context.Spec.Life.BootDeadline);
        using var wake = await enroller
            .OpenAsync(wakeId, NodeRole.Gpu, place, bootDeadline, lastMoment, cancellationToken)
            .ConfigureAwait(false);
        var launched = await RentAsync(wake, planned, foundation, providerId, cancellationToken).ConfigureAwait(false);

        Expect(ClusterStages.Boot, $"{wakeId} ({launched.InstanceType}, {launched.InstanceId}) boots.");
        var links = await ArtifactLinks
            .SignAsync(
                context,
                foundation.Bucket,
                planned.Artifacts.Where(a =>
                    NodeArtifacts.IsForGpu(a, context.Spec.Model.Name, providerId is not null)
                ),
                cancellationToken
            )
            .ConfigureAwait(false);
        await enroller
            .AnswerAsync(
                wake,
                launched.InstanceId,
                certificate =>
                {
                    Say(ClusterEventKind.Done, ClusterStages.Boot, $"{wakeId} has booted and asks to enrol.");
                    Expect(ClusterStages.Enrol, $"{wakeId} is judged against what EC2 says of it.");
                    return Task.FromResult(
                        new GpuPayload(context, wake, foundation, providerId).Write(
                            planned.Artifacts,
                            links,
                            certificate
                        )
                    );
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        Say(
            ClusterEventKind.Done,
            ClusterStages.Enrol,
            $"{wakeId} is who EC2 says; certificate for {place.Networks[0]} until {lastMoment:u}."
        );

        Expect(ClusterStages.Join, $"{wakeId} starts Nebula and k3s.");
        await enroller.CloseAsync(wake, launched.InstanceId, cancellationToken).ConfigureAwait(false);
        if (context.Federation is { } federation)
        {
            FederatedCluster cluster = new(
                wakeId,
                providerId!,
                place.Networks[0].Address,
                context.State.ReadSecretText(GpuPayload.KubeconfigName(wakeId))!,
                foundation.Self
            );
            var ollama = planned.Artifacts.First(a => a.Name == NodeArtifacts.Ollama).Version;
            await federation.JoinAsync(cluster, bootDeadline, cancellationToken).ConfigureAwait(false);
            await federation.DeployAsync(cluster, ollama, bootDeadline, cancellationToken).ConfigureAwait(false);
        }

        GpuNode node = new()
        {
            WakeId = wakeId,
            InstanceId = launched.InstanceId,
            InstanceType = launched.InstanceType,
            Endpoint = new IPEndPoint(place.Networks[0].Address, OllamaManifest.Port),
        };
        await new ModelLoader(context, foundation.Self)
            .LoadAsync(node, bootDeadline, cancellationToken)
            .ConfigureAwait(false);
        context.Journal.Append(new NodeReady { At = context.Now, WakeId = wakeId });
        Say(ClusterEventKind.Done, ClusterStages.Wake, $"{context.Spec.Model.Name} answers at {node.Endpoint}.");
        return node;
    }

    public Task GiveBackAsync(GpuNode node, CancellationToken cancellationToken) =>
        new BurstEnd(context, _watches).GiveBackAsync(node, cancellationToken);

    public Task GiveBackAsync(CancellationToken cancellationToken) =>
        new BurstEnd(context, _watches).GiveBackAsync(cancellationToken);

    /// <summary>Watches over a node that an earlier process woke.</summary>
    public void Watch(NodeMemory node) => _watches.Begin(node.WakeId, node.InstanceId!, pool: null);

    /// <summary>Looks at a node that a request could not reach; returns when its driver knows what is found.</summary>
    public Task ExamineAsync(GpuNode node, CancellationToken cancellationToken) =>
        _watches.ExamineAsync(node, cancellationToken);

    public ValueTask DisposeAsync() => _watches.DisposeAsync();

    private async Task<LaunchedNode> RentAsync(
        NodeWake wake,
        PlannedWake planned,
        Foundation foundation,
        string? providerId,
        CancellationToken cancellationToken
    )
    {
        var leaseUntil = Seconds(context.Now + context.Spec.Life.Lease);
        BudgetGate.Check(context, planned.HourlyReserve, context.Now, leaseUntil);
        Expect(
            ClusterStages.Rent,
            $"{wake.Id}: reserving {Budgets.Money.Usd(planned.HourlyReserve)}/h until {leaseUntil:u}, {planned.Market.Offers.Count} pools."
        );
        context.Journal.Append(
            new NodeIntended
            {
                At = context.Now,
                WakeId = wake.Id,
                Role = NodeRoles.Gpu,
                PlanId = planned.PlanId,
                MeshAddress = wake.Place.Networks[0].Address.ToString(),
                CertificateUntil = wake.CertificateUntil,
                HourlyReserve = planned.HourlyReserve,
                LeaseUntil = leaseUntil,
                ProviderId = providerId,
            }
        );
        var pools = _watches.NotCooled(NodePool.From(planned.Market.Plan, foundation.Network));
        var launched = await LaunchAsync(wake, planned, foundation, pools, leaseUntil, cancellationToken)
            .ConfigureAwait(false);
        var offer =
            planned.Market.Offers.FirstOrDefault(o =>
                o.InstanceType == launched.InstanceType && o.ZoneId == launched.ZoneId
            ) ?? planned.Market.Offers[^1];
        context.Journal.Append(
            new NodeLaunched
            {
                At = context.Now,
                WakeId = wake.Id,
                InstanceId = launched.InstanceId,
                InstanceType = launched.InstanceType,
                Zone = offer.Zone,
                LaunchedAt = context.Now,
                HourlyCost = planned.HourlyReserve - planned.Market.ReservedPrice + offer.HourlyPrice,
            }
        );
        _watches.Begin(
            wake.Id,
            launched.InstanceId,
            pools.FirstOrDefault(p => p.InstanceType == launched.InstanceType && p.ZoneId == launched.ZoneId)
        );
        foreach (var error in launched.PoolErrors)
        {
            Say(ClusterEventKind.Warning, ClusterStages.Rent, $"Not from {error}.");
        }

        Say(
            ClusterEventKind.Done,
            ClusterStages.Rent,
            $"Rented {launched.InstanceType} in {offer.Zone} at {Budgets.Money.Usd(offer.HourlyPrice)}/h."
        );
        return launched;
    }

    private async Task<LaunchedNode> LaunchAsync(
        NodeWake wake,
        PlannedWake planned,
        Foundation foundation,
        IReadOnlyList<NodePool> pools,
        DateTimeOffset leaseUntil,
        CancellationToken cancellationToken
    )
    {
        NodeIntent intent = new()
        {
            Owner = context.Owner,
            PlanId = planned.PlanId,
            Id = wake.Id,
            Region = context.Region,
            Pools = pools,
            MaxHourlyPrice = planned.Market.ReservedPrice,
            Image = planned.Image,
            SecurityGroupId = foundation.Network.NodeSecurityGroupId,
            UserData = NodeUserData.Render(wake.Boot),
            LeaseUntil = leaseUntil,
            ExpiresAt = wake.Boot.LastMoment,
        };
        try
        {
            return await new FleetLauncher(context.Aws).LaunchAsync(intent, cancellationToken).ConfigureAwait(false);
        }
        catch (NoCapacityException e)
        {
            new BurstEnd(context, _watches).Forget(wake.Id, "no capacity");
            throw new WakeFailedException(e.Message, e.Remedy, e);
        }
    }

    private void Say(ClusterEventKind kind, string stage, string message) =>
        context.Events.Publish(kind, stage, message);

    private void Expect(string stage, string message) =>
        context.Events.Publish(
            ClusterEventKind.Progress,
            stage,
            message,
            HybridClusterPlanner.WakeStages.FirstOrDefault(s => s.Stage == stage)?.Expected
        );

    /// <summary>Tags and scripts know whole seconds.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset instant) =>
        DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());
}
