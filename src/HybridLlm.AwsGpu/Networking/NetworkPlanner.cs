using System.Net;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>Finds what is missing from a cluster's network. Pure: the same spec and facts always give the same plan.</summary>
internal static class NetworkPlanner
{
    private static readonly string[] s_securityGroups = [ResourceComponents.Node, ResourceComponents.Lighthouse];

    public static NetworkPlan Plan(NetworkSpec spec, NetworkFacts facts)
    {
        NetworkParts parts = new(spec, facts);
        InvalidSpecException.ThrowIfAny("The network spec", Faults(spec, facts, parts));
        var topology = spec.ExistingVpcId is null ? Topology(spec, facts, parts) : [];
        FirewallRule[] fresh =
            spec.Ipv6 || facts.Existing?.HasIpv6 == true
                ? [FirewallRules.NewGroupDefault, FirewallRules.NewGroupDefault6]
                : [FirewallRules.NewGroupDefault];
        var steps = topology.Concat(s_securityGroups.SelectMany(g => SecurityGroup(spec, parts, g, fresh)));
        return new NetworkPlan(spec, [.. steps.OrderBy(s => s.Kind)])
        {
            Cidr = facts.Existing?.Cidr ?? spec.Cidr,
            ZoneIds = spec.ExistingVpcId is null
                ? [.. WantedZones(spec, facts)]
                : [.. ExistingSubnets.Choose(spec, facts).Select(s => s.ZoneId).Order(StringComparer.Ordinal)],
        };
    }

    private static IEnumerable<NetworkStep> Topology(NetworkSpec spec, NetworkFacts facts, NetworkParts parts)
    {
        if (parts.Vpc is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.CreateVpc, Cidr = spec.Cidr };
        }

        if (parts.Gateway is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.CreateInternetGateway };
        }

        if (parts.Gateway?.VpcId is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.AttachInternetGateway };
        }

        if (parts.RouteTable is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.CreateRouteTable };
        }

        if (parts.RouteTable?.InternetGatewayId is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.CreateInternetRoute };
        }

        if (spec.Ipv6 && parts.Vpc?.Ipv6Block is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.AssociateIpv6Block };
        }

        if (spec.Ipv6 && parts.RouteTable?.HasIpv6Route != true)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.CreateInternetRoute6 };
        }

        if (parts.Endpoint is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.CreateStorageEndpoint };
        }

        using var free = FreeRanges(spec, facts, parts).GetEnumerator();
        foreach (var zone in WantedZones(spec, facts))
        {
            var subnet = parts.Subnets.GetValueOrDefault(zone);
            if (subnet is null && free.MoveNext())
            {
                yield return new NetworkStep
                {
                    Kind = NetworkStepKind.CreateSubnet,
                    ZoneId = zone,
                    Cidr = free.Current,
                };
            }

            if (subnet is null || parts.RouteTable?.SubnetIds.Contains(subnet.Id) != true)
            {
                yield return new NetworkStep { Kind = NetworkStepKind.AssociateSubnet, ZoneId = zone };
            }

            if (spec.Ipv6 && subnet is not { Ipv6Range: not null, AssignsIpv6: true })
            {
                yield return new NetworkStep { Kind = NetworkStepKind.AssignIpv6Range, ZoneId = zone };
            }
        }
    }

    private static IEnumerable<NetworkStep> SecurityGroup(
        NetworkSpec spec,
        NetworkParts parts,
        string component,
        IReadOnlyList<FirewallRule> fresh
    )
    {
        var existing = parts.SecurityGroups.GetValueOrDefault(component);
        if (existing is null)
        {
            yield return new NetworkStep { Kind = NetworkStepKind.CreateSecurityGroup, SecurityGroup = component };
        }

        var wanted = FirewallRules.For(component, spec);
        var present = existing?.Rules ?? fresh;
        foreach (var rule in present.Except(wanted))
        {
            yield return RuleStep(NetworkStepKind.RevokeRule, component, rule);
        }

        foreach (var rule in wanted.Except(present))
        {
            yield return RuleStep(NetworkStepKind.AuthorizeRule, component, rule);
        }
    }

    private static NetworkStep RuleStep(NetworkStepKind kind, string component, FirewallRule rule) =>
        new()
        {
            Kind = kind,
            SecurityGroup = component,
            Rule = rule,
        };

    private static IEnumerable<string> WantedZones(NetworkSpec spec, NetworkFacts facts) =>
        (spec.ZoneIds ?? [.. facts.Zones.Select(z => z.Id)]).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> FreeRanges(NetworkSpec spec, NetworkFacts facts, NetworkParts parts)
    {
        var taken = facts.Subnets.Where(s => s.VpcId == parts.Vpc?.Id).Select(s => IPNetwork.Parse(s.Cidr));
        return SubnetRanges.Free(SubnetRanges.Parse(spec.Cidr)!.Value, [.. taken]);
    }

    private static IEnumerable<string?> Faults(NetworkSpec spec, NetworkFacts facts, NetworkParts parts)
    {
        yield return string.IsNullOrWhiteSpace(spec.PlanId) ? "PlanId is empty" : null;
        yield return spec.MeshPort is < 1 or > 65535 ? $"MeshPort is {spec.MeshPort}, must be 1–65535" : null;
        yield return spec.ZoneIds is { Count: 0 } ? "ZoneIds is empty; null takes every zone" : null;
        if (spec.ExistingVpcId is null)
        {
            foreach (var fault in OwnVpcFaults(spec, facts, parts))
            {
                yield return fault;
            }
        }
        else
        {
            foreach (var fault in ExistingSubnets.Faults(spec, facts))
            {
                yield return fault;
            }
        }

        foreach (var unknown in (spec.ZoneIds ?? []).Except(facts.Zones.Select(z => z.Id)))
        {
            yield return $"zone '{unknown}' is not one of {string.Join(", ", facts.Zones.Select(z => z.Id))}";
        }
    }

    private static IEnumerable<string?> OwnVpcFaults(NetworkSpec spec, NetworkFacts facts, NetworkParts parts)
    {
        yield return SubnetRanges.Parse(spec.Cidr) is null
            ? $"Cidr is '{spec.Cidr}', must be a private IPv4 range from /16 to /24"
            : null;
        yield return WantedZones(spec, facts).Count() > SubnetRanges.Count
            ? $"{WantedZones(spec, facts).Count()} zones are wanted, a VPC holds {SubnetRanges.Count} subnets"
            : null;
        yield return spec.ExistingSubnetIds is not null ? "ExistingSubnetIds is given without ExistingVpcId" : null;
        if (parts.Vpc is { } vpc && vpc.Cidr != spec.Cidr)
        {
            yield return $"Cidr is {spec.Cidr}, but the cluster's VPC {vpc.Id} has {vpc.Cidr}, which cannot change";
        }
    }
}
