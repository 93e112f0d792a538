namespace HybridLlm.Liqo.Installation;

/// <summary>An address range Liqo's chart claims by default.</summary>
/// <param name="Name">Its value in the chart, e.g. <c>ipam.externalCIDR</c>.</param>
/// <param name="Cidr">The range, CIDR notation.</param>
/// <param name="IsPool">
/// Whether Liqo only picks from it, around what is reserved or in use; otherwise it takes the whole range for itself.
/// </param>
public sealed record LiqoRange(string Name, string Cidr, bool IsPool)
{
    /// <summary>
    /// What a chart installed without <c>ipam</c> values claims. Pools matter only where Liqo's own network is on: without
    /// it no address is remapped. Upstream: deployments/liqo/values.yaml of v1.2.0.
    /// </summary>
    public static IReadOnlyList<LiqoRange> Defaults { get; } =
    [
        new("ipam.externalCIDR", "10.70.0.0/16", IsPool: false),
        new("ipam.internalCIDR", "10.80.0.0/16", IsPool: false),
        new("ipam.pools", "10.0.0.0/8", IsPool: true),
        new("ipam.pools", "192.168.0.0/16", IsPool: true),
        new("ipam.pools", "172.16.0.0/12", IsPool: true),
    ];
}
