using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Observing;

/// <summary>What EC2 says of a cluster, read for <see cref="DriftPlanner"/>. What is null was not asked for and is not judged.</summary>
public sealed record ObservedCluster
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>Every instance of the owner, ended ones included, as <see cref="ClusterInstances.ListAsync"/> gives them.</summary>
    public required IReadOnlyList<InstanceStatus> Instances { get; init; }

    /// <summary>What is missing from the network now.</summary>
    public NetworkPlan? Network { get; init; }

    /// <summary>What is missing from the lighthouse now.</summary>
    public LighthousePlan? Lighthouse { get; init; }

    /// <summary>What is missing from the bucket now.</summary>
    public BucketPlan? Bucket { get; init; }
}
