using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;

namespace HybridLlm.Planning;

/// <summary>Says in words what is still missing.</summary>
internal static class PlanSteps
{
    public static IEnumerable<PlanStep> Of(
        HybridClusterSpec spec,
        HybridClusterFacts facts,
        NetworkPlan network,
        BucketPlan bucket,
        GpuMarket market
    )
    {
        if (!facts.HasMeshAuthority)
        {
            yield return Foundation("Nebula certificate authority, its key in this machine's state folder");
        }

        foreach (var step in network.Steps)
        {
            yield return Foundation($"{step}");
        }

        foreach (var step in bucket.Steps)
        {
            yield return Foundation($"bucket: {step}");
        }

        if (facts.Artifacts.Count > 0 && bucket.Steps.Count > 0)
        {
            yield return Foundation($"{facts.Artifacts.Count} artifacts in the bucket, each pinned by sha256");
        }

        if (!facts.Instances.Any(i => i.Component == ResourceComponents.Lighthouse))
        {
            yield return Foundation("lighthouse with an Elastic IP, enrolled through the mailbox");
        }

        yield return new(
            "burst",
            $"one spot GPU out of {market.Offers.Count} pools, MaxPrice reserved, lease {spec.Life.Lease.TotalMinutes:0} minutes",
            WhenAsked: true
        );
        if (market.OnDemand.Count > 0)
        {
            yield return new(
                "burst",
                $"if spot gives none {(spec.Gpu.OnDemand == OnDemandFallback.AtOnce ? "at once" : $"for {spec.Gpu.WaitForSpot:g}")}: one GPU on demand, {market.OnDemand[0].InstanceType} or another of {market.OnDemand.Count} pools, back to spot when idle",
                WhenAsked: true
            );
        }

        if (spec.Federation is { } federation)
        {
            yield return new("burst", "k3s with Liqo on it, behind the mesh, peered with the homelab", WhenAsked: true);
            yield return new(
                "burst",
                $"namespace {federation.Namespace} of the homelab offloaded, Ollama with {spec.Model.Name} a pod in it",
                WhenAsked: true
            );
        }
        else
        {
            yield return new("burst", $"k3s and Ollama with {spec.Model.Name} on it, behind the mesh", WhenAsked: true);
        }
    }

    private static PlanStep Foundation(string what) => new("foundation", what, WhenAsked: false);
}
