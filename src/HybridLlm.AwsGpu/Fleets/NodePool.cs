using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>One spot pool a fleet may take the node from.</summary>
/// <param name="InstanceType">EC2's name, e.g. <c>g6.xlarge</c>.</param>
/// <param name="SubnetId">Subnet of the zone.</param>
/// <param name="ZoneId">Id of the zone, e.g. <c>use1-az1</c>.</param>
public sealed record NodePool(string InstanceType, string SubnetId, string ZoneId)
{
    /// <summary>The pools of a plan's offers, in the plan's order; offers in zones without a subnet are left out.</summary>
    /// <param name="plan">Offers, best first.</param>
    /// <param name="network">The cluster's network.</param>
    public static IReadOnlyList<NodePool> From(OfferPlan plan, Network network)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return From(plan.Offers, network);
    }

    /// <summary>The pools of offers, in their order; offers in zones without a subnet are left out.</summary>
    /// <param name="offers">Offers of one market, e.g. those of a <see cref="MarketDecision"/>.</param>
    /// <param name="network">The cluster's network.</param>
    public static IReadOnlyList<NodePool> From(IReadOnlyList<Offer> offers, Network network)
    {
        ArgumentNullException.ThrowIfNull(offers);
        ArgumentNullException.ThrowIfNull(network);
        var subnets = network.Subnets.ToDictionary(s => s.ZoneId, s => s.Id);
        return
        [
            .. offers
                .Where(o => subnets.ContainsKey(o.Zone.Id))
                .Select(o => new NodePool(o.InstanceType.Name, subnets[o.Zone.Id], o.Zone.Id)),
        ];
    }
}
