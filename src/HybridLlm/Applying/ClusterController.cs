using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Observing;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Keeping;
using HybridLlm.Planning;
using HybridLlm.Specs;
using HybridLlm.Teardown;

namespace HybridLlm.Applying;

/// <summary>Reads the facts, plans, and has the plan applied: one cluster's controller, on an opened state folder.</summary>
internal sealed class ClusterController
{
    private readonly ClusterContext _context;
    private readonly ArtifactSource _artifacts;
    private readonly FactsReader _facts;

    public ClusterController(ClusterContext context)
    {
        _context = context;
        _artifacts = new ArtifactSource(context);
        _facts = new FactsReader(context, _artifacts);
    }

    /// <summary>What can be made, whatever is left alone for a while.</summary>
    public Task<(HybridClusterPlan Plan, GpuMarket Market, ArtifactCatalogue Catalogue)> PlanAsync(
        CancellationToken cancellationToken
    ) => PlanAsync(isAsked: false, cancellationToken);

    private async Task<(HybridClusterPlan Plan, GpuMarket Market, ArtifactCatalogue Catalogue)> PlanAsync(
        bool isAsked,
        CancellationToken cancellationToken
    )
    {
        var (facts, faults) = await _facts.ReadAsync(isAsked, cancellationToken).ConfigureAwait(false);
        try
        {
            var (plan, market) = HybridClusterPlanner.Plan(_context.Spec, facts);
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
        var image = await new AmiResolver(_context.Aws)
            .ResolveAsync(_context.Region, AmiQuery.GpuNode(CpuArchitecture.X64), cancellationToken)
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
        _context.Events.Publish(
            ClusterEventKind.Progress,
            ClusterStages.Down,
            $"Everything{(down.KeepModels ? " but models" : "")} is removed, in every enabled region."
        );
        await new BurstEnd(_context, watches: null).LeaveAsync(_ => true, cancellationToken).ConfigureAwait(false);
        await new LaunchSettling(_context).EndAsync(cancellationToken).ConfigureAwait(false);
        var regions = await _context.Aws.ListRegionsAsync(cancellationToken).ConfigureAwait(false);
        Narrator<TeardownEvent> progress = new(e =>
            _context.Events.Publish(
                ClusterEventKind.Progress,
                ClusterStages.Down,
                e.BlockedBy is null
                    ? $"Removed {e.Resource.Kind} {e.Resource.Id}."
                    : $"{e.Resource.Kind} {e.Resource.Id} waits: {e.BlockedBy}."
            )
        );
        var report = await new ClusterTeardown(_context.Aws)
            .RunAsync(
                _context.Owner,
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
            BudgetBook.Spent(_context.Journal.Memory, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, _context.Now),
            BudgetBook.SpentOnDemand(_context.Journal.Memory, _context.Now)
        );
        _context.Events.Publish(
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
        var stands = _context.Journal.Memory.StandingFoundation is not null;
        return new ClusterObserver(_context.Aws, _context.Owner, _context.Region).ObserveAsync(
            stands ? FoundationParts.Network(_context.Spec, _context.Owner, planId) : null,
            lighthouse: null,
            stands ? FoundationParts.Bucket(_context.Spec, _context.Owner, planId) : null,
            cancellationToken
        );
    }

    /// <summary>Takes back what is ours at home, and says what a scan then finds there; null without federation.</summary>
    private async Task<IReadOnlyList<string>?> HomelabAsync(CancellationToken cancellationToken)
    {
        if (_context.Federation is not { } federation)
        {
            return null;
        }

        await federation.Parting.SweepAsync(cancellationToken).ConfigureAwait(false);
        await federation.Parting.CloseAsync(cancellationToken).ConfigureAwait(false);
        return await federation.Parting.ScanAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Kept(TeardownReceipt receipt) =>
        receipt.Kept.Count == 0
            ? ""
            : $" but what is kept for {Money.Usd(receipt.KeptUsdPerDay)} a day: {string.Join(", ", receipt.Kept.Select(k => $"{k.Kind} {k.Id}"))}";

    /// <summary>What is gone costs nothing any more; what is kept costs on.</summary>
    private void Forget(IReadOnlyList<OwnedResource> kept)
    {
        // Before the foundation ends in the book: a crash between the two counts it twice rather than not at all.
        new KeptModels(_context).Remember(kept);
        foreach (var node in _context.Journal.Memory.LiveNodes.ToList())
        {
            _context.Journal.Append(
                new NodeEnded
                {
                    At = _context.Now,
                    WakeId = node.WakeId,
                    Reason = "taken down",
                }
            );
        }

        if (_context.Journal.Memory.StandingFoundation is not null)
        {
            _context.Journal.Append(new FoundationRemoved { At = _context.Now });
        }
    }
}
