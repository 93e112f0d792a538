using HybridLlm.Ollama.Fitting;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>One model served by Ollama in Kubernetes, as it should be run where answers matter. <see cref="ToManifest"/> writes its objects.</summary>
public sealed record OllamaWorkload
{
    /// <summary>Model it serves, as Ollama lists it, e.g. <c>llama3.1:8b</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Ollama's image, pinned: <c>ollama/ollama@sha256:</c> and 64 hex digits.</summary>
    public required string Image { get; init; }

    /// <summary>SHA-256 of the model's manifest, 64 hex digits, checked before it is loaded; null takes what its name stands for.</summary>
    public string? ModelDigest { get; init; }

    /// <summary>Name of every object: up to 52 lower-case letters, digits and inner hyphens.</summary>
    public string Name { get; init; } = "ollama";

    /// <summary>Namespace of every object; it must be there already.</summary>
    public string Namespace { get; init; } = "llm-inference";

    /// <summary>What keeps the pods.</summary>
    public WorkloadKind Kind { get; init; } = WorkloadKind.Deployment;

    /// <summary>Pods, each with its own GPUs; 1 to 64.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Context of one request, tokens; 256 to 1048576.</summary>
    public int ContextLength { get; init; } = 8192;

    /// <summary>Requests a pod answers at once; 1 to 64.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>How keys and values are stored.</summary>
    public KvCacheType CacheType { get; init; } = KvCacheType.F16;

    /// <summary>GPUs of a pod; 1 to 16.</summary>
    public int Gpus { get; init; } = 1;

    /// <summary>Free memory of one GPU, bytes, to check that the model fits; null checks nothing. A 24 GB card has about 22.5 GiB.</summary>
    public long? GpuMemoryBytes { get; init; }

    /// <summary>The model's figures, for the check and for the memory asked for; null looks the model up among the well-known.</summary>
    public ModelShape? Shape { get; init; }

    /// <summary>Extended resource GPUs are asked for by.</summary>
    public string GpuResource { get; init; } = "nvidia.com/gpu";

    /// <summary>Runtime that brings the driver's libraries in; null where it is the nodes' default.</summary>
    public string? RuntimeClass { get; init; } = "nvidia";

    /// <summary>Labels a node must have, e.g. the GPU's product; at least one.</summary>
    public IReadOnlyDictionary<string, string> NodeSelector { get; init; } =
        new Dictionary<string, string> { ["node-type"] = "gpu" };

    /// <summary>Taints of GPU and spot nodes that are put up with, by key.</summary>
    public IReadOnlyList<string> ToleratedTaints { get; init; } = ["nvidia.com/gpu", "karpenter.sh/capacity-type"];

    /// <summary>Processor time asked for, thousandths of a core; 100 or more.</summary>
    public int CpuMillicores { get; init; } = 2000;

    /// <summary>Memory asked for, bytes; null takes the model's weights, which pass through the page cache, and 2 GiB.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Where the weights lie.</summary>
    public ModelStorage Storage { get; init; } = new NvmeCache("/var/lib/ollama");

    /// <summary>User and group the server runs as, and that own the weights; 1 or more.</summary>
    public int UserId { get; init; } = 1000;

    /// <summary>Longest time until the model is resident, pull and load together, minutes; 1 to 720.</summary>
    public int StartupMinutes { get; init; } = 60;

    /// <summary>Longest time answers have to leave a pod that goes, seconds; 5 to 100, as a spot node has two minutes in all.</summary>
    public int DrainSeconds { get; init; } = 90;

    /// <summary>Told by POST when a pod begins to go, e.g. <c>http://gateway.llm-gateway.svc:11500/drain</c>; null tells nobody.</summary>
    public Uri? DrainUrl { get; init; }

    /// <summary>Whether the pod may reach registries, to pull a model that is not on the disk.</summary>
    public bool AllowPull { get; init; } = true;

    /// <summary>Who may connect: Ollama asks nobody for a password. At least one.</summary>
    public IReadOnlyList<AllowedClient> Clients { get; init; } =
    [AllowedClient.Pods(new Dictionary<string, string> { ["app.kubernetes.io/name"] = "hybridllm-gateway" })];

    /// <summary>A way in from outside through Traefik; null for none.</summary>
    public TraefikRoute? Route { get; init; }

    /// <summary>The objects, each field with its reason.</summary>
    /// <exception cref="InvalidWorkloadException">Something above cannot be; it names all of it.</exception>
    public WorkloadManifest ToManifest()
    {
        var faults = WorkloadFaults.Of(this);
        return faults.Count == 0 ? WorkloadManifest.Of(this) : throw new InvalidWorkloadException(faults);
    }

    internal ModelShape? KnownShape => Shape ?? WellKnownModels.Find(Model);
}

/// <summary>What keeps the pods of an <see cref="OllamaWorkload"/>.</summary>
public enum WorkloadKind
{
    /// <summary>Pods without a name of their own; the old one goes before the new one comes.</summary>
    Deployment,

    /// <summary>Pods with a name and, with <see cref="ModelClaim"/>, a disk of their own each.</summary>
    StatefulSet,
}
