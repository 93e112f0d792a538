using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Observing;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Keeping;
using HybridLlm.Liqo;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Planning;
using HybridLlm.Specs;
using HybridLlm.Teardown;

namespace HybridLlm.Applying;

/// <summary>Reads the facts, plans, and has the plan applied: one cluster's controller, on an opened state folder.</summary>
internal sealed class ClusterController(ClusterContext context)
{
    private const string LighthouseType = "t3.micro";

    private readonly ArtifactSource _artifacts = new(context);

    /// <summary>What can be made, whatever is left alone for a while.</summary>
    public Task<(HybridClusterPlan Plan, GpuMarket Market, ArtifactCatalogue Catalogue)> PlanAsync(
        CancellationToken cancellationToken
    ) => PlanAsync(isAsked: false, cancellationToken);

    private async Task<(HybridClusterPlan Plan, GpuMarket Market, ArtifactCatalogue Catalogue)> PlanAsync(
        bool isAsked,
        CancellationToken cancellationToken
    )
    {
        var (facts, faults) = await FactsAsync(isAsked, cancellationToken).ConfigureAwait(false);
        try
        {
            var (plan, market) = HybridClusterPlanner.Plan(context.Spec, facts);
            HybridClusterFaultsException.ThrowIfAny(faults);
            return (plan, market, _artifacts.Catalogue);
        }
        catch (HybridClusterFaultsException planning) when (faults.Count > 0)
        {
            throw new HybridClusterFaultsException([.. faults, .. planning.Faults.Except(faults)]);
        }
    }

    /// <summary>Fetches what nodes install from upstream, if that is where it comes from.</summary>
    public Task FetchArtifactsAsync(CancellationToken cancellationToken) => _artifacts.FetchAsync(cancellationToken);

    /// <summary>What a wake needs, from facts read now.</summary>
    public async Task<PlannedWake> PlanWakeAsync(CancellationToken cancellationToken)
    {
        var (plan, market, catalogue) = await PlanAsync(isAsked: true, cancellationToken).ConfigureAwait(false);
        var image = await new AmiResolver(context.Aws)
            .ResolveAsync(context.Region, AmiQuery.GpuNode(CpuArchitecture.X64), cancellationToken)
            .ConfigureAwait(false);
        return new PlannedWake(
            plan.Id,
            market,
            plan.Cost.AwakePerHour - plan.Cost.AsleepPerHour - plan.Cost.ReservedPerHour,
            catalogue.Artifacts,
            image
        );
    }

    /// <summary>Removes everything in every enabled region, or everything but models, and proves it.</summary>
    public async Task<TeardownReceipt> DownAsync(DownSpec down, CancellationToken cancellationToken)
    {
        context.Events.Publish(
            ClusterEventKind.Progress,
            ClusterStages.Down,
            $"Everything{(down.KeepModels ? " but models" : "")} is removed, in every enabled region."
        );
        await new BurstEnd(context, watches: null).LeaveAsync(_ => true, cancellationToken).ConfigureAwait(false);
        await new LaunchSettling(context).EndAsync(cancellationToken).ConfigureAwait(false);
        var regions = await context.Aws.ListRegionsAsync(cancellationToken).ConfigureAwait(false);
        Narrator<TeardownEvent> progress = new(e =>
            context.Events.Publish(
                ClusterEventKind.Progress,
                ClusterStages.Down,
                e.BlockedBy is null
                    ? $"Removed {e.Resource.Kind} {e.Resource.Id}."
                    : $"{e.Resource.Kind} {e.Resource.Id} waits: {e.BlockedBy}."
            )
        );
        var report = await new ClusterTeardown(context.Aws)
            .RunAsync(
                context.Owner,
                down.KeepModels ? TeardownScope.EverythingButModels : TeardownScope.Everything,
                regions,
                patience: null,
                progress,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (report.IsComplete)
        {
            Forget(report.Kept);
        }

        var receipt = TeardownReceipt.Of(
            report,
            regions,
            await HomelabAsync(cancellationToken).ConfigureAwait(false),
            BudgetBook.Spent(context.Journal.Memory, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, context.Now),
            BudgetBook.SpentOnDemand(context.Journal.Memory, context.Now)
        );
        context.Events.Publish(
            receipt.Left == 0 ? ClusterEventKind.Done : ClusterEventKind.Failed,
            ClusterStages.Down,
            receipt.Left == 0
                ? $"A fresh scan of {regions.Count} regions finds nothing left{Kept(receipt)}."
                : $"{receipt.Left} left, {Money.Usd(receipt.StillThereUsdPerMonth)} a month."
        );
        return receipt;
    }

    /// <summary>What AWS has of this cluster now; network and bucket are judged while the foundation stands. Reads only.</summary>
    public Task<ObservedCluster> ObserveAsync(CancellationToken cancellationToken)
    {
        const string planId = "read";
        var stands = context.Journal.Memory.StandingFoundation is not null;
        return new ClusterObserver(context.Aws, context.Owner, context.Region).ObserveAsync(
            stands ? FoundationParts.Network(context.Spec, context.Owner, planId) : null,
            lighthouse: null,
            stands ? FoundationParts.Bucket(context.Spec, context.Owner, planId) : null,
            cancellationToken
        );
    }

    /// <summary>Takes back what is ours at home, and says what a scan then finds there; null without federation.</summary>
    private async Task<IReadOnlyList<string>?> HomelabAsync(CancellationToken cancellationToken)
    {
        if (context.Federation is not { } federation)
        {
            return null;
        }

        await federation.Parting.SweepAsync(cancellationToken).ConfigureAwait(false);
        await federation.Parting.CloseAsync(cancellationToken).ConfigureAwait(false);
        return await federation.Parting.ScanAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckHomelabAsync(List<SpecFault> faults, CancellationToken cancellationToken)
    {
        try
        {
            if (context.Federation is { } federation)
            {
                await federation.ConnectAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (LiqoException e)
        {
            faults.Add(new("HL170", e.Message[..^e.Remedy.Length].TrimEnd(), e.Remedy));
        }
    }

    private static string Kept(TeardownReceipt receipt) =>
        receipt.Kept.Count == 0
            ? ""
            : $" but what is kept for {Money.Usd(receipt.KeptUsdPerDay)} a day: {string.Join(", ", receipt.Kept.Select(k => $"{k.Kind} {k.Id}"))}";

    /// <summary>What is gone costs nothing any more; what is kept costs on.</summary>
    private void Forget(IReadOnlyList<OwnedResource> kept)
    {
        // Before the foundation ends in the book: a crash between the two counts it twice rather than not at all.
        new KeptModels(context).Remember(kept);
        foreach (var node in context.Journal.Memory.LiveNodes.ToList())
        {
            context.Journal.Append(
                new NodeEnded
                {
                    At = context.Now,
                    WakeId = node.WakeId,
                    Reason = "taken down",
                }
            );
        }

        if (context.Journal.Memory.StandingFoundation is not null)
        {
            context.Journal.Append(new FoundationRemoved { At = context.Now });
        }
    }

    private async Task<(HybridClusterFacts Facts, IReadOnlyList<SpecFault> Faults)> FactsAsync(
        bool isAsked,
        CancellationToken cancellationToken
    )
    {
        List<SpecFault> faults = [];
        var artifacts = await _artifacts.ReadAsync(faults, isAsked, cancellationToken).ConfigureAwait(false);
        await CheckHomelabAsync(faults, cancellationToken).ConfigureAwait(false);
        var hasAuthority = HasAuthority(faults);
        var regions = await context.Aws.ListRegionsAsync(cancellationToken).ConfigureAwait(false);
        HybridClusterFacts facts = new()
        {
            At = context.Now,
            Regions = regions,
            Model = WellKnownModels.Find(context.Spec.Model.Name),
            Artifacts = artifacts,
            Instances = [],
            Memory = context.Journal.Memory,
            LighthouseHourlyPrice = OnDemandPrices.Embedded.Find(context.Region, LighthouseType).UsdPerHour,
            HasMeshAuthority = hasAuthority,
        };
        return regions.Contains(context.Region)
            ? (await RegionFactsAsync(facts, faults, isAsked, cancellationToken).ConfigureAwait(false), faults)
            : (facts, faults);
    }

    private async Task<HybridClusterFacts> RegionFactsAsync(
        HybridClusterFacts facts,
        List<SpecFault> faults,
        bool isAsked,
        CancellationToken cancellationToken
    )
    {
        const string planId = "plan";
        var offerings = new OfferingFactsReader(context.Aws).ReadAsync(context.Region, cancellationToken);
        var network = PlanNetworkAsync(planId, faults, cancellationToken);
        var bucket = new BucketProvisioner(context.Aws).PlanAsync(
            FoundationParts.Bucket(context.Spec, context.Owner, planId),
            cancellationToken
        );
        var instances = new ClusterInstances(context.Aws, context.Owner, context.Region).ListAsync(cancellationToken);
        var volumes = VolumesAsync(cancellationToken);
        var holdings = new ModelHoldings(context.Aws, context.Owner).ListAsync(
            [context.Region],
            [.. facts.Artifacts.Select(a => a.ObjectKey)],
            cancellationToken
        );
        await Task.WhenAll(offerings, network, bucket, instances, volumes, holdings).ConfigureAwait(false);
        return facts with
        {
            Offerings = (await offerings.ConfigureAwait(false)) with
            {
                History = context.Journal.Memory.Pools.Records(context.Now),
                // A quota that was at its limit keeps nobody from planning.
                Rests = isAsked ? context.Journal.Memory.Pools.Rests(context.Now) : [],
            },
            Network = await network.ConfigureAwait(false),
            Bucket = await bucket.ConfigureAwait(false),
            Instances = [.. (await instances.ConfigureAwait(false)).Where(i => i.IsAlive)],
            Volumes = await volumes.ConfigureAwait(false),
            ModelHoldings = await holdings.ConfigureAwait(false),
        };
    }

    private async Task<IReadOnlyList<ModelVolume>> VolumesAsync(CancellationToken cancellationToken) =>
        context.Spec.Model.Cache == ModelCacheKind.VolumePerZone
            ?
            [
                .. (
                    await new ModelVolumes(context.Aws, context.Owner, context.Region)
                        .ListAsync(context.Spec.Model.Name, cancellationToken)
                        .ConfigureAwait(false)
                ).Where(v => v.IntentId is null),
            ]
            : [];

    /// <summary>What the network lacks; null, with a fault, when it cannot be as wanted.</summary>
    private async Task<NetworkPlan?> PlanNetworkAsync(
        string planId,
        List<SpecFault> faults,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await new NetworkProvisioner(context.Aws)
                .PlanAsync(FoundationParts.Network(context.Spec, context.Owner, planId), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (AwsGpu.InvalidSpecException e)
        {
            faults.Add(new("HL125", e.Message[..^e.Remedy.Length].TrimEnd(), e.Remedy));
            return null;
        }
    }

    private bool HasAuthority(List<SpecFault> faults)
    {
        try
        {
            return MeshKeeper.Load(context.State, SpecCheck.AddressProofOf(context.Spec).Mesh, context.Clock)
                is not null;
        }
        catch (HybridClusterFaultsException e)
        {
            faults.AddRange(e.Faults);
            return true;
        }
    }
}
