namespace HybridLlm.AwsGpu.Networking;

/// <summary>One change of a network plan, named by what it makes, not by ids, so that plans can be compared.</summary>
public sealed record NetworkStep
{
    /// <summary>What is done.</summary>
    public required NetworkStepKind Kind { get; init; }

    /// <summary>Zone id of a subnet; null for other steps.</summary>
    public string? ZoneId { get; init; }

    /// <summary>Address range of a VPC or subnet made; null for other steps.</summary>
    public string? Cidr { get; init; }

    /// <summary>Security group made or changed, one of <see cref="ResourceComponents"/>; null for other steps.</summary>
    public string? SecurityGroup { get; init; }

    /// <summary>Rule added or removed; null for other steps.</summary>
    public FirewallRule? Rule { get; init; }

    /// <summary>E.g. <c>CreateSubnet use1-az1 10.78.0.0/20</c>.</summary>
    public override string ToString() =>
        string.Join(' ', new[] { Kind.ToString(), SecurityGroup, ZoneId, Cidr, Rule?.ToString() }.OfType<string>());
}
