namespace HybridLlm.AwsGpu.Networking;

/// <summary>Which subnets of the user's own VPC are used, and what is wrong with it. Pure.</summary>
internal static class ExistingSubnets
{
    /// <summary>One subnet a zone, the first by id.</summary>
    public static IEnumerable<SubnetFact> Choose(NetworkSpec spec, NetworkFacts facts)
    {
        var subnets = facts.Existing?.Subnets ?? [];
        return subnets
            .Where(s => spec.ExistingSubnetIds?.Contains(s.Id) ?? facts.Existing!.PublicSubnetIds.Contains(s.Id))
            .Where(s => spec.ZoneIds?.Contains(s.ZoneId) != false)
            .GroupBy(s => s.ZoneId)
            .Select(g => g.MinBy(s => s.Id, StringComparer.Ordinal)!);
    }

    public static IEnumerable<string?> Faults(NetworkSpec spec, NetworkFacts facts)
    {
        if (facts.Vpcs.Count > 0)
        {
            yield return $"the cluster has a VPC of its own, {facts.Vpcs[0].Id}; take the cluster down before it moves to another";
        }

        if (facts.Existing is not { } vpc)
        {
            yield return $"there is no VPC {spec.ExistingVpcId} in {spec.Region}";
            yield break;
        }

        foreach (var id in (spec.ExistingSubnetIds ?? []).Except(vpc.Subnets.Select(s => s.Id)))
        {
            yield return $"{id} is no subnet of {vpc.Id}";
        }

        foreach (
            var subnet in vpc.Subnets.Where(s =>
                spec.ExistingSubnetIds?.Contains(s.Id) == true && !vpc.PublicSubnetIds.Contains(s.Id)
            )
        )
        {
            yield return $"{subnet.Id} has no route to an internet gateway";
        }

        yield return Choose(spec, facts).Any()
            ? null
            : $"{vpc.Id} has no subnet with a route to an internet gateway in the zones wanted";
    }
}
