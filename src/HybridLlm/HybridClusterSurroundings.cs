using HybridLlm.Applying;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.Reaching;
using HybridLlm.Specs;

namespace HybridLlm;

/// <summary>What a cluster is built from.</summary>
internal sealed record HybridClusterSurroundings
{
    public required HybridClusterSpec Spec { get; init; }
    public required AwsClientsOptions Aws { get; init; }
    public required IdentityAuthorities Identities { get; init; }
    public required IMeshDialer Dialer { get; init; }
    public required TimeProvider Clock { get; init; }
    public required string StateFolder { get; init; }
    public required ArtifactOrigin Artifacts { get; init; }

    /// <summary>Whose things are taken over when the state folder is empty; null makes an owner of our own.</summary>
    public Guid? Adopt { get; init; }
}
