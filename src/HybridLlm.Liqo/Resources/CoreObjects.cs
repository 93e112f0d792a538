namespace HybridLlm.Liqo.Resources;

/// <summary>Kubernetes core/v1 Namespace.</summary>
internal sealed record NamespaceObject : ClusterObject
{
    public NamespaceStatus? Status { get; init; }

    /// <summary>What Kubernetes says keeps a namespace from going, in its own words; empty when nothing does.</summary>
    public string Obstacles =>
        string.Join(
            "; ",
            (Status?.Conditions ?? [])
                .Where(c => c.Status == "True" && !string.IsNullOrEmpty(c.Message))
                .Select(c => c.Message)
        );
}

internal sealed record NamespaceStatus
{
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>Kubernetes core/v1 ConfigMap.</summary>
internal sealed record ConfigMap : ClusterObject
{
    public IReadOnlyDictionary<string, string>? Data { get; init; }
}

/// <summary>Kubernetes core/v1 Secret. Never printed: its data are keys and certificates.</summary>
internal sealed record Secret : ClusterObject
{
    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }
    public string? Type { get; init; }

    public byte[]? Value(string key) => Data?.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    public override string ToString() => $"Secret {Namespace}/{Name}";
}

/// <summary>Kubernetes core/v1 Node.</summary>
internal sealed record Node : ClusterObject
{
    public NodeSpec? Spec { get; init; }
    public NodeStatus? Status { get; init; }

    public Condition? Readiness => Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready");
    public bool IsReady => Readiness?.Status == "True";
}

internal sealed record NodeSpec
{
    public bool? Unschedulable { get; init; }
}

internal sealed record NodeStatus
{
    public IReadOnlyDictionary<string, string>? Allocatable { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>Kubernetes core/v1 Pod.</summary>
internal sealed record Pod : ClusterObject
{
    public PodSpec? Spec { get; init; }
    public PodStatus? Status { get; init; }

    public bool IsReady => Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>Why a container does not start, in the kubelet's words; null when none complains.</summary>
    public ContainerWaiting? Complaint =>
        Status?.ContainerStatuses?.Select(c => c.State?.Waiting).FirstOrDefault(w => w?.Reason is not null);
}

internal sealed record PodSpec
{
    public string? NodeName { get; init; }
}

internal sealed record PodStatus
{
    public string? Phase { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }
}

internal sealed record ContainerStatus
{
    public ContainerState? State { get; init; }
}

internal sealed record ContainerState
{
    public ContainerWaiting? Waiting { get; init; }
}

internal sealed record ContainerWaiting
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
}

/// <summary>Kubernetes core/v1 Event.</summary>
internal sealed record Event : ClusterObject
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public EventTarget? InvolvedObject { get; init; }
}

internal sealed record EventTarget
{
    public string? Kind { get; init; }
    public string? Name { get; init; }
}

/// <summary>Kubernetes apps/v1 Deployment.</summary>
internal sealed record Deployment : ClusterObject
{
    public DeploymentSpec? Spec { get; init; }
    public DeploymentStatus? Status { get; init; }
}

internal sealed record DeploymentSpec
{
    public PodTemplate? Template { get; init; }
}

internal sealed record PodTemplate
{
    public PodTemplateSpec? Spec { get; init; }
}

internal sealed record PodTemplateSpec
{
    public IReadOnlyList<Container>? Containers { get; init; }
}

internal sealed record Container
{
    public string? Image { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
}

internal sealed record DeploymentStatus
{
    public int? ReadyReplicas { get; init; }
    public int? Replicas { get; init; }
}

/// <summary>Kubernetes certificates.k8s.io/v1 CertificateSigningRequest.</summary>
internal sealed record SigningRequest : ClusterObject
{
    public SigningRequestSpec? Spec { get; init; }
    public SigningRequestStatus? Status { get; init; }

    public bool IsApproved => Status?.Conditions?.Any(c => c.Type == "Approved") == true;

    /// <summary>Why it was not signed; null while nobody says no.</summary>
    public Condition? Refusal => Status?.Conditions?.FirstOrDefault(c => c.Type is "Denied" or "Failed");
}

internal sealed record SigningRequestStatus
{
    public byte[]? Certificate { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

internal sealed record SigningRequestSpec
{
    public string? Username { get; init; }
    public byte[]? Request { get; init; }
    public string? SignerName { get; init; }
    public IReadOnlyList<string>? Usages { get; init; }
}
