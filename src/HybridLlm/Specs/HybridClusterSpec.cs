using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.Specs;

/// <summary>What is wanted of a hybrid cluster: immutable, checked, and without effect of its own.</summary>
public sealed record HybridClusterSpec
{
    /// <summary>Name of the cluster: 1 to 20 lower-case letters, digits and hyphens, a letter first.</summary>
    public required string Name { get; init; }

    /// <summary>The model to serve.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>Where and how GPUs are rented.</summary>
    public required GpuSpec Gpu { get; init; }

    /// <summary>What it may cost.</summary>
    public required BudgetSpec Budget { get; init; }

    /// <summary>The networks at home.</summary>
    public required HomelabSpec Homelab { get; init; }

    /// <summary>The overlay between home and the GPU.</summary>
    public required MeshSpec Mesh { get; init; }

    /// <summary>How long things live.</summary>
    public required LifeSpec Life { get; init; }

    /// <summary>How GPU clusters join the homelab's Kubernetes; null when they do not: the gateway then talks to the node itself.</summary>
    public FederationSpec? Federation { get; init; }
}

/// <summary>The model to serve.</summary>
public sealed record ModelSpec
{
    /// <summary>Ollama's name with tag, e.g. <c>llama3.1:8b</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Context window, tokens; 256 or more.</summary>
    public int ContextTokens { get; init; } = 8192;

    /// <summary>Requests answered at the same time; 1 to 64. Each has a context window of its own.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Where nodes have it from: the bucket, or a volume that is kept in the zone GPUs then come from.</summary>
    public ModelCacheKind Cache { get; init; } = ModelCacheKind.BucketToNvme;
}

/// <summary>Where and how GPUs are rented.</summary>
public sealed record GpuSpec
{
    /// <summary>AWS region, e.g. <c>us-east-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Highest price accepted, USD per instance-hour; null accepts any that the budget bears.</summary>
    public decimal? MaxHourlyPrice { get; init; }

    /// <summary>Whether a GPU is bought on demand when no spot pool gives one; on demand the list price is paid and reserved.</summary>
    public OnDemandFallback OnDemand { get; init; } = OnDemandFallback.Never;

    /// <summary>How long spot is asked for in vain before <see cref="OnDemandFallback.AfterWait"/> buys on demand, up to 1 hour.</summary>
    public TimeSpan WaitForSpot { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often an idle GPU bought on demand is compared with spot, to go back to it; 1 minute to 1 day.</summary>
    public TimeSpan ReturnToSpotEvery { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Queue (SQS) that EventBridge sends EC2's interruption events to, heard besides the node itself and EC2's own answers; null when there is none.
    /// </summary>
    public string? InterruptionQueue { get; init; }

    /// <summary>Instance types whose fate the plan must name, offered or not, e.g. <c>p3.2xlarge</c>.</summary>
    public IReadOnlyList<string> AskedAbout { get; init; } = [];

    /// <summary>
    /// Whether the VPC and its instances have IPv6 addresses of Amazon's besides IPv4, at no charge; a VPC of your own is used as it is.
    /// </summary>
    public bool Ipv6 { get; init; }

    /// <summary>
    /// A VPC of your own to use, e.g. <c>vpc-0abc</c>, whose range <see cref="VpcRange"/> then names; null makes one. Two security groups are added
    /// to it and nothing else is changed. GPUs come only from zones in which it has a subnet with a route to an internet gateway.
    /// </summary>
    public string? ExistingVpcId { get; init; }

    /// <summary>Subnets of that VPC to use, at most one a zone; null takes every one with a route to an internet gateway.</summary>
    public IReadOnlyList<string>? ExistingSubnetIds { get; init; }

    /// <summary>Range of the VPC, CIDR, /16 to /20; of a VPC of your own, /16 to /28.</summary>
    public string VpcRange { get; init; } = "10.200.0.0/16";

    /// <summary>Pod range of the GPU cluster, CIDR. k3s's own default.</summary>
    public string PodRange { get; init; } = "10.42.0.0/16";

    /// <summary>Service range of the GPU cluster, CIDR. k3s's own default.</summary>
    public string ServiceRange { get; init; } = "10.43.0.0/16";
}

/// <summary>What it may cost. Amounts in USD; a missing limit does not limit.</summary>
public sealed record BudgetSpec
{
    /// <summary>Most a calendar day (UTC) may cost, everything counted.</summary>
    public decimal? PerDay { get; init; }

    /// <summary>Most a calendar month (UTC) may cost, everything counted.</summary>
    public decimal? PerMonth { get; init; }

    /// <summary>Share of a limit from which on a warning is given, once a day or month; above 0, up to 1. 0.8 warns at 80 %.</summary>
    public decimal WarnAt { get; init; } = 0.8m;
}

/// <summary>The networks at home, so that nothing rented collides with them.</summary>
public sealed record HomelabSpec
{
    /// <summary>Local network, CIDR.</summary>
    public string LanRange { get; init; } = "192.168.1.0/24";

    /// <summary>Pod range of the homelab cluster, CIDR. Talos's default.</summary>
    public string PodRange { get; init; } = "10.244.0.0/16";

    /// <summary>Service range of the homelab cluster, CIDR. Talos's default.</summary>
    public string ServiceRange { get; init; } = "10.96.0.0/12";
}

/// <summary>The overlay between home and the GPU.</summary>
public sealed record MeshSpec
{
    /// <summary>Range of the overlay, CIDR, /16; null lets the planner choose one that collides with nothing.</summary>
    public string? Range { get; init; }

    /// <summary>Largest packet every member sends into the mesh; Nebula's own default.</summary>
    internal const int PacketBytes = 1300;
}

/// <summary>How long things live.</summary>
public sealed record LifeSpec
{
    /// <summary>Time without a request after which the GPU is given back; 1 minute or more.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much GPU time a vanished controller leaves behind at most; 5 minutes to 1 hour.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What a node gets to enrol and become ready; 5 minutes to 1 hour.</summary>
    public TimeSpan BootDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Absolute maximum life of a GPU node, whatever its lease says; at most 7 days.</summary>
    public TimeSpan MaximumLife { get; init; } = TimeSpan.FromHours(12);
}

/// <summary>How GPU clusters join the homelab's Kubernetes: Liqo peers each one, and its Ollama is a pod at home.</summary>
public sealed record FederationSpec
{
    /// <summary>Path of a kubeconfig of the homelab, whose current context may manage Liqo's objects and <see cref="Namespace"/>.</summary>
    public required string KubeconfigFile { get; init; }

    /// <summary>
    /// Namespace that is offloaded, an RFC 1123 label; made when asked, removed when nobody asks any more. It must hold nothing but
    /// Ollama: its contents are copied to a rented node.
    /// </summary>
    public string Namespace { get; init; } = "llm-inference";

    /// <summary>CPU the GPU cluster lends, in Kubernetes' notation; every type of GPU instance has more.</summary>
    public string Cpu { get; init; } = "2";

    /// <summary>Memory the GPU cluster lends, in Kubernetes' notation.</summary>
    public string Memory { get; init; } = "6Gi";
}
