using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Liqo;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Planning;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>Reads the facts a plan is made from: AWS, the homelab, the artifact folder and what this machine knows. Writes nothing.</summary>
/// <param name="context">The cluster.</param>
/// <param name="source">Where nodes' artifacts come from.</param>
internal sealed class FactsReader(ClusterContext context, ArtifactSource source)
{
    private const string LighthouseType = "t3.micro";

    /// <summary>Everything a plan needs, and what already stands in its way.</summary>
    /// <param name="isAsked">Whether somebody waits for a node: then what is left alone for a while is left alone.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<(HybridClusterFacts Facts, IReadOnlyList<SpecFault> Faults)> ReadAsync(
        bool isAsked,
        CancellationToken cancellationToken
    )
    {
        List<SpecFault> faults = [];
        var artifacts = await source.ReadAsync(faults, isAsked, cancellationToken).ConfigureAwait(false);
        await CheckHomelabAsync(artifacts, faults, cancellationToken).ConfigureAwait(false);
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

    private async Task CheckHomelabAsync(
        IReadOnlyList<Artifact> artifacts,
        List<SpecFault> faults,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (context.Federation is { } federation)
            {
                await federation.ConnectAsync(cancellationToken).ConfigureAwait(false);
                faults.AddRange(
                    await federation.Checks.ForeseeAsync(artifacts, cancellationToken).ConfigureAwait(false)
                );
            }
        }
        catch (LiqoException e)
        {
            faults.Add(new("HL170", e.Message[..^e.Remedy.Length].TrimEnd(), e.Remedy));
        }
    }
}
