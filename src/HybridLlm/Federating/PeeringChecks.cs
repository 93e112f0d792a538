using HybridLlm.Applying;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Peering;
using HybridLlm.Specs;

namespace HybridLlm.Federating;

/// <summary>
/// Everything that stands in the way of a peering, at once: of the homelab before anything is rented, of both clusters before any of the
/// peering is made.
/// </summary>
internal sealed class PeeringChecks(ClusterContext context, FederationSpec spec, HomelabLink link)
{
    /// <summary>The peering every GPU cluster gets.</summary>
    public PeeringSpec Wanted(TimeSpan patience) =>
        new()
        {
            Resources = new SliceResources
            {
                Cpu = spec.Cpu,
                Memory = spec.Memory,
                Gpus = 1,
            },
            Patience = patience,
        };

    /// <summary>What is wrong with the homelab for a GPU cluster as it will be.</summary>
    /// <param name="artifacts">What it will install.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<SpecFault>> ForeseeAsync(
        IReadOnlyList<Artifact> artifacts,
        CancellationToken cancellationToken
    )
    {
        ExpectedProvider provider = new()
        {
            ClusterId = $"{context.Spec.Name}-gpu-expected",
            PodRange = context.Spec.Gpu.PodRange,
            ServiceRange = context.Spec.Gpu.ServiceRange,
            LiqoVersion = artifacts.FirstOrDefault(a => a.Name == NodeArtifacts.LiqoChart)?.Version,
        };
        var report = await new PeeringOutlook(link.Connection)
            .CheckAsync(Look(Wanted(context.Spec.Life.BootDeadline)), provider, cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. report
                .Findings.Where(f => f.Verdict == PreflightVerdict.Failed)
                .Select(f => new SpecFault("HL171", $"GPU clusters cannot join the homelab: {f.Message}", RemedyOf(f))),
        ];
    }

    /// <exception cref="PeeringImpossibleException">Something stands in the way.</exception>
    public async Task CheckAsync(
        FederatedCluster cluster,
        ClusterConnection rented,
        PeeringSpec wanted,
        CancellationToken cancellationToken
    )
    {
        var report = await new PeeringPreflight(link.Connection, rented)
            .CheckAsync(Look(wanted), cancellationToken)
            .ConfigureAwait(false);
        foreach (var finding in report.Findings.Where(f => f.Verdict == PreflightVerdict.Warning))
        {
            link.Say(ClusterEventKind.Detail, $"{finding}");
        }

        if (!report.CanPeer)
        {
            throw new PeeringImpossibleException(cluster.WakeId, report);
        }
    }

    private PreflightSpec Look(PeeringSpec wanted) =>
        new()
        {
            Peering = wanted,
            OtherRanges = new Dictionary<string, string>
            {
                ["Nebula"] = $"{SpecCheck.AddressProofOf(context.Spec).Mesh}",
                ["home network"] = context.Spec.Homelab.LanRange,
                ["VPC"] = context.Spec.Gpu.VpcRange,
            },
        };

    /// <summary>Where the GPU cluster can be made otherwise, how.</summary>
    private static string RemedyOf(PreflightFinding finding) =>
        finding switch
        {
            { Check: PreflightCheck.Ranges, Cluster: null } =>
                "Give GPU clusters other ranges: WithSpotGpus(region, gpu => gpu with { PodRange = …, ServiceRange = … }).",
            { Check: PreflightCheck.Version, Cluster: null } =>
                "Give nodes the Liqo of the homelab's minor version (liqo.tgz and liqo-images.tar), or upgrade the homelab's.",
            { Remedy: "" } => "The message says what is missing.",
            _ => finding.Remedy,
        };
}
