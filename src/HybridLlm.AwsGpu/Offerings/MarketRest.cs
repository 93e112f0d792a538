namespace HybridLlm.AwsGpu.Offerings;

/// <summary>A part of the market, wider than one pool, that is left alone after AWS refused it for a reason its pools share.</summary>
public sealed record MarketRest
{
    /// <summary>AWS's code, e.g. <c>VcpuLimitExceeded</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Until when.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The market; null means both.</summary>
    public InstanceMarket? Market { get; init; }

    /// <summary>The zone by its id; null means every zone.</summary>
    public string? ZoneId { get; init; }

    /// <summary>An instance type whose quota family is meant (G and VT, or P); null means every family.</summary>
    public string? FamilyOf { get; init; }

    /// <summary>Whether types of the family with fewer vCPUs than <see cref="FamilyOf"/> may still be had.</summary>
    public bool SparesSmaller { get; init; }

    /// <summary>Whether it covers a type in a market; zones apart.</summary>
    internal bool Covers(string instanceType, int vCpus, InstanceMarket market, Func<string, int?> vCpusOf) =>
        (Market is null || Market == market)
        && (
            FamilyOf is null
            || (
                GpuQuotas.SameFamily(FamilyOf, instanceType)
                && !(SparesSmaller && vCpusOf(FamilyOf) is { } refused && vCpus < refused)
            )
        );
}
