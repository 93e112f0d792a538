using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.Federating;
using HybridLlm.Journals;
using HybridLlm.Reaching;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>What every part of one cluster's controller works with.</summary>
internal sealed record ClusterContext
{
    public required HybridClusterSpec Spec { get; init; }

    public required ResourceOwner Owner { get; init; }

    public required AwsClients Aws { get; init; }

    public required IdentityAuthorities Identities { get; init; }

    public required IMeshDialer Dialer { get; init; }

    public required TimeProvider Clock { get; init; }

    public required StateFolder State { get; init; }

    public required Journal Journal { get; init; }

    public required ClusterEvents Events { get; init; }

    /// <summary>Where artifacts come from.</summary>
    public required ArtifactOrigin Artifacts { get; init; }

    /// <summary>The homelab's Kubernetes; null without federation.</summary>
    public Federation? Federation { get; init; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public string Region => Spec.Gpu.Region;

    /// <summary>The next name of a node: never used before by this cluster.</summary>
    public string NextWakeId(string role) => Journal.Memory.NextWakeId(role);
}
