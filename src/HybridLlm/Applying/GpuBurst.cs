using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Journals;
using HybridLlm.Nebula.Certificates;
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
    Action<WakeEvent> notify
) : IBurst, IAsyncDisposable
{
    private static readonly TimeSpan s_givingBack = TimeSpan.FromMinutes(8);

    private LeaseWatch? _lease;

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
        var lastMoment = Seconds(context.Now + context.Spec.Life.MaximumLife);
        var place = foundation.Mesh.Place(new MeshMember { Name = wakeId, Role = MeshRole.GpuNode });
        var bootDeadline = Seconds(context.Now + context.Spec.Life.BootDeadline);
        using var wake = await enroller
            .OpenAsync(wakeId, NodeRole.Gpu, place, bootDeadline, lastMoment, cancellationToken)
            .ConfigureAwait(false);
        var launched = await RentAsync(wake, planned, foundation, cancellationToken).ConfigureAwait(false);

        Expect(ClusterStages.Boot, $"{wakeId} ({launched.InstanceType}, {launched.InstanceId}) boots.");
        var links = await ArtifactLinks
            .SignAsync(
                context,
                foundation.Bucket,
                planned.Artifacts.Where(a => NodeArtifacts.IsForGpu(a, context.Spec.Model.Name)),
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
                    return Task.FromResult(Payload(wake, foundation, planned.Artifacts, links, certificate));
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

    public async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        await StopLeaseAsync().ConfigureAwait(false);
        Say(ClusterEventKind.Progress, ClusterStages.Sleep, "The GPU is given back.");
        await new LaunchSettling(context).EndAsync(cancellationToken).ConfigureAwait(false);
        Narrator<TeardownEvent> progress = new(e =>
            Say(
                ClusterEventKind.Progress,
                ClusterStages.Sleep,
                e.BlockedBy is null
                    ? $"Removed {e.Resource.Kind} {e.Resource.Id}."
                    : $"{e.Resource.Kind} {e.Resource.Id} waits: {e.BlockedBy}."
            )
        );
        var report = await new ClusterTeardown(context.Aws)
            .RunAsync(context.Owner, TeardownScope.Burst, [context.Region], s_givingBack, progress, cancellationToken)
            .ConfigureAwait(false);
        if (!report.IsComplete)
        {
            throw new BurstRemainsException(report);
        }

        foreach (var node in context.Journal.Memory.LiveNodes.Where(n => n.Role == NodeRoles.Gpu).ToList())
        {
            context.Journal.Append(
                new NodeEnded
                {
                    At = context.Now,
                    WakeId = node.WakeId,
                    Reason = "given back",
                }
            );
            context.State.DeleteSecret(KubeconfigName(node.WakeId));
        }

        Say(ClusterEventKind.Done, ClusterStages.Sleep, "A fresh scan finds nothing rented but the foundation.");
    }

    /// <summary>Watches over a node that an earlier process woke.</summary>
    public void Watch(NodeMemory node) => _lease = new LeaseWatch(context, node.WakeId, node.InstanceId!, notify);

    public async ValueTask DisposeAsync() => await StopLeaseAsync().ConfigureAwait(false);

    private async Task<LaunchedNode> RentAsync(
        NodeWake wake,
        PlannedWake planned,
        Foundation foundation,
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
            }
        );
        var launched = await LaunchAsync(wake, planned, foundation, leaseUntil, cancellationToken)
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
        _lease = new LeaseWatch(context, wake.Id, launched.InstanceId, notify);
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
            Pools = NodePool.From(planned.Market.Plan, foundation.Network),
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
            context.Journal.Append(
                new NodeEnded
                {
                    At = context.Now,
                    WakeId = wake.Id,
                    Reason = "no capacity",
                }
            );
            throw new WakeFailedException(e.Message, e.Remedy, e);
        }
    }

    private NodePayload Payload(
        NodeWake wake,
        Foundation foundation,
        IReadOnlyList<Artifact> artifacts,
        IReadOnlyList<ArtifactLink> links,
        NebulaCertificate certificate
    )
    {
        var address = wake.Place.Networks[0].Address;
        K3sServer server = new()
        {
            NodeName = wake.Id,
            MeshAddress = address,
            PodRange = context.Spec.Gpu.PodRange,
            ServiceRange = context.Spec.Gpu.ServiceRange,
            DnsAddress = ServiceDns(IPNetwork.Parse(context.Spec.Gpu.ServiceRange)),
            Labels = new Dictionary<string, string> { ["node-type"] = "gpu" },
        };
        using var authorities = K3sAuthorities.Create(context.Now, wake.Boot.LastMoment);
        context.State.WriteSecret(
            KubeconfigName(wake.Id),
            authorities.CreateAdminKubeconfig(server.ApiServer, "hybridllm-controller")
        );
        var ollama = artifacts.First(a => a.Name == NodeArtifacts.Ollama);
        return NodePayloads.Gpu(
            foundation.Mesh.Authority,
            certificate,
            [foundation.Lighthouse],
            server,
            authorities,
            OllamaManifest.Write(context.Spec.Model, address, ollama.Version),
            links
        );
    }

    private async Task StopLeaseAsync()
    {
        if (_lease is { } lease)
        {
            _lease = null;
            await lease.DisposeAsync().ConfigureAwait(false);
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

    private static string KubeconfigName(string wakeId) => $"{wakeId}.kubeconfig";

    /// <summary>k3s's custom: the tenth address of the service range.</summary>
    private static IPAddress ServiceDns(IPNetwork range)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        bytes[^1] += 10;
        return new IPAddress(bytes);
    }

    /// <summary>Tags and scripts know whole seconds.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset instant) =>
        DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());
}
