using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Journals;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>The specs of the foundation's parts, which plan, apply and status share.</summary>
internal static class FoundationParts
{
    /// <summary>A lighthouse whose certificate ends within this time is replaced by the next run; its address stays.</summary>
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(30);

    /// <summary>How long a lighthouse's certificate lives.</summary>
    public static readonly TimeSpan LighthouseLife = TimeSpan.FromDays(180);

    public static NetworkSpec Network(HybridClusterSpec spec, ResourceOwner owner, string planId) =>
        new()
        {
            Owner = owner,
            PlanId = planId,
            Region = spec.Gpu.Region,
            Cidr = spec.Gpu.VpcRange,
            Ipv6 = spec.Gpu.Ipv6,
            ExistingVpcId = spec.Gpu.ExistingVpcId,
            ExistingSubnetIds = spec.Gpu.ExistingSubnetIds,
        };

    public static BucketSpec Bucket(HybridClusterSpec spec, ResourceOwner owner, string planId) =>
        new()
        {
            Owner = owner,
            PlanId = planId,
            Region = spec.Gpu.Region,
        };

    /// <summary>Where nodes leave word of interruptions.</summary>
    public static AgentMailbox Agent(ClusterContext context) =>
        new(
            context.Aws,
            new ObjectStore(context.Aws, context.Region, Bucket(context.Spec, context.Owner, "read").Name),
            context.Region
        );

    /// <summary>The lighthouse that is alive and has said that it booted; null when a new one is due.</summary>
    public static InstanceStatus? Standing(
        IEnumerable<InstanceStatus> instances,
        ClusterMemory memory,
        DateTimeOffset now
    ) =>
        instances.FirstOrDefault(i =>
            i is { Component: ResourceComponents.Lighthouse, IsAlive: true, IntentId: { } wakeId }
            && memory.Node(wakeId) is { ReadyAt: not null, EndedAt: null } node
            && node.CertificateUntil > now + s_renewBefore
        );
}
