using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Journals;
using HybridLlm.Planning;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>Makes and completes the foundation. Applied twice it writes nothing the second time.</summary>
internal sealed class FoundationApplier(ClusterContext context)
{
    public async Task ApplyAsync(
        HybridClusterPlan plan,
        ArtifactCatalogue catalogue,
        CancellationToken cancellationToken
    )
    {
        Say(
            ClusterEventKind.Progress,
            ClusterStages.Foundation,
            "The foundation is being made; it accrues until DownAsync."
        );
        // What is added to a foundation that stands, such as a volume, accrues too.
        if (!(context.Journal.Memory.StandingFoundation?.HourlyCost >= plan.Cost.AsleepPerHour))
        {
            context.Journal.Append(
                new FoundationIntended
                {
                    At = context.Now,
                    Region = context.Region,
                    PlanId = plan.Id,
                    HourlyCost = plan.Cost.AsleepPerHour,
                }
            );
        }

        var mesh = await MeshAsync(cancellationToken).ConfigureAwait(false);
        var network = await NetworkAsync(plan.Id, cancellationToken).ConfigureAwait(false);
        var bucket = await BucketAsync(plan.Id, cancellationToken).ConfigureAwait(false);
        await StageAsync(catalogue, bucket, cancellationToken).ConfigureAwait(false);
        await new LighthouseApplier(context, mesh, bucket, catalogue)
            .ApplyAsync(plan.Id, network, cancellationToken)
            .ConfigureAwait(false);
        ControllerIdentity self = new(context, mesh);
        await self.EnsureAsync(cancellationToken).ConfigureAwait(false);
        var foundation = await new FoundationReader(context).ReadAsync(cancellationToken).ConfigureAwait(false);
        await self.ExportAsync(foundation.Lighthouse, cancellationToken).ConfigureAwait(false);
        Say(ClusterEventKind.Done, ClusterStages.Foundation, "The foundation stands.");
    }

    private async Task<MeshKeeper> MeshAsync(CancellationToken cancellationToken)
    {
        var range = SpecCheck.AddressProofOf(context.Spec).Mesh;
        if (MeshKeeper.Load(context.State, range, context.Clock) is { } existing)
        {
            return existing;
        }

        var made = await MeshKeeper
            .CreateAsync(context.State, context.Spec.Name, range, context.Clock, cancellationToken)
            .ConfigureAwait(false);
        Say(
            ClusterEventKind.Progress,
            ClusterStages.Foundation,
            $"Made the mesh authority {made.Authority.Fingerprint[..12]} for {range}."
        );
        return made;
    }

    private async Task<Network> NetworkAsync(string planId, CancellationToken cancellationToken)
    {
        NetworkProvisioner networks = new(context.Aws);
        var plan = await networks
            .PlanAsync(FoundationParts.Network(context.Spec, context.Owner, planId), cancellationToken)
            .ConfigureAwait(false);
        var progress = Narrate<NetworkStep>(ClusterStages.Foundation, step => $"Network: {step}.");
        return await networks.ApplyAsync(plan, progress, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ObjectStore> BucketAsync(string planId, CancellationToken cancellationToken)
    {
        BucketProvisioner buckets = new(context.Aws);
        var plan = await buckets
            .PlanAsync(FoundationParts.Bucket(context.Spec, context.Owner, planId), cancellationToken)
            .ConfigureAwait(false);
        var progress = Narrate<BucketStep>(ClusterStages.Foundation, step => $"Bucket {plan.Spec.Name}: {step}.");
        return await buckets.ApplyAsync(plan, progress, cancellationToken).ConfigureAwait(false);
    }

    private async Task StageAsync(ArtifactCatalogue catalogue, ObjectStore bucket, CancellationToken cancellationToken)
    {
        var progress = Narrate<Artifact>(
            ClusterStages.Artifacts,
            a => $"Staged {a.Name} {a.Version}, {a.Size} bytes, sha256 {a.Sha256[..12]}."
        );
        await new ArtifactStager(context.Aws, bucket)
            .StageAsync(catalogue, progress, cancellationToken)
            .ConfigureAwait(false);
    }

    private void Say(ClusterEventKind kind, string stage, string message) =>
        context.Events.Publish(kind, stage, message);

    private Narrator<T> Narrate<T>(string stage, Func<T, string> words) =>
        new(step => Say(ClusterEventKind.Progress, stage, words(step)));
}

/// <summary>Progress told at once, in order, on the thread that makes it: <see cref="Progress{T}"/> would reorder it.</summary>
internal sealed class Narrator<T>(Action<T> tell) : IProgress<T>
{
    public void Report(T value) => tell(value);
}
