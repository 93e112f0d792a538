namespace HybridLlm.AwsGpu.Networking;

/// <summary>What a network's security groups allow, known before there is a network.</summary>
/// <param name="Node">Rules of GPU nodes.</param>
/// <param name="Lighthouse">Rules of the lighthouse.</param>
public sealed record SecurityGroups(IReadOnlyList<FirewallRule> Node, IReadOnlyList<FirewallRule> Lighthouse)
{
    /// <summary>The groups <see cref="NetworkProvisioner"/> makes for a spec. Pure.</summary>
    /// <param name="spec">The network wanted.</param>
    public static SecurityGroups Of(NetworkSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new(
            FirewallRules.For(ResourceComponents.Node, spec),
            FirewallRules.For(ResourceComponents.Lighthouse, spec)
        );
    }
}
