namespace HybridLlm.AwsGpu.Networking;

/// <summary>What is still missing from the network, in order of dependency.</summary>
/// <param name="Spec">The network wanted.</param>
/// <param name="Steps">Changes to make; empty when the network stands as wanted.</param>
public sealed record NetworkPlan(NetworkSpec Spec, IReadOnlyList<NetworkStep> Steps)
{
    /// <summary>Range of the VPC, CIDR: the wanted one, or what a VPC of the user's own has.</summary>
    public string Cidr { get; init; } = Spec.Cidr;

    /// <summary>Ids of the zones that have, or get, a subnet.</summary>
    public IReadOnlyList<string> ZoneIds { get; init; } = [];
}
