using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Journals;
using HybridLlm.Ollama.Fitting;

namespace HybridLlm.Planning;

/// <summary>What the world is when a plan is made. Parts that could not be read are null, with the fault beside them.</summary>
internal sealed record HybridClusterFacts
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Regions enabled for the account.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>Null when the region is not enabled.</summary>
    public OfferingFacts? Offerings { get; init; }

    /// <summary>Null when the table knows no such model.</summary>
    public ModelShape? Model { get; init; }

    /// <summary>What the network still lacks; null when the region is not enabled.</summary>
    public NetworkPlan? Network { get; init; }

    /// <summary>What the bucket still lacks; null when the region is not enabled.</summary>
    public BucketPlan? Bucket { get; init; }

    /// <summary>What nodes install.</summary>
    public required IReadOnlyList<Artifact> Artifacts { get; init; }

    /// <summary>Instances of ours that are alive.</summary>
    public required IReadOnlyList<InstanceStatus> Instances { get; init; }

    /// <summary>Volumes that hold the model and are kept.</summary>
    public IReadOnlyList<ModelVolume> Volumes { get; init; } = [];

    /// <summary>Everything that holds a model, at its price; models in the bucket that nodes install are left out.</summary>
    public IReadOnlyList<OwnedResource> ModelHoldings { get; init; } = [];

    public required ClusterMemory Memory { get; init; }

    /// <summary>Price of the lighthouse's instance, USD per hour.</summary>
    public required decimal LighthouseHourlyPrice { get; init; }

    public required bool HasMeshAuthority { get; init; }
}
