namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>A security group.</summary>
internal sealed class SecurityGroup(string id, DateTimeOffset created, Vpc vpc, string name, string description)
    : Resource(Kind, id, created),
        IResource
{
    public const string DefaultName = "default";

    public static ResourceKind Kind { get; } =
        new("security-group", "sg", "InvalidGroup.NotFound", "security group", "InvalidGroupId.Malformed");

    public Vpc Vpc => vpc;

    public string Name => name;

    public string Description => description;

    public bool IsDefault => name == DefaultName;

    /// <summary>Its rules, oldest first.</summary>
    public IEnumerable<SecurityGroupRule> Rules(RegionState region) =>
        region.All<SecurityGroupRule>().Where(r => r.Group == this);
}

/// <summary>What a rule lets through.</summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>icmp</c>, or <c>-1</c> for everything.</param>
/// <param name="FromPort">Null for everything.</param>
/// <param name="ToPort">Null for everything.</param>
/// <param name="Peer">CIDR block, prefix list id or group id.</param>
internal sealed record Permission(string Protocol, int? FromPort, int? ToPort, string Peer)
{
    public override string ToString() =>
        $"peer: {Peer}, {(Protocol == "-1" ? "ALL" : Protocol.ToUpperInvariant())}, "
        + $"from port: {FromPort}, to port: {ToPort}, ALLOW";
}

/// <summary>One rule of a group: one protocol, port range and peer.</summary>
internal sealed class SecurityGroupRule(
    string id,
    DateTimeOffset created,
    SecurityGroup group,
    bool egress,
    Permission permission,
    string? description
) : Resource(Kind, id, created), IResource
{
    public static ResourceKind Kind { get; } =
        new("security-group-rule", "sgr", "InvalidSecurityGroupRuleId.NotFound", "security group rule ID");

    public SecurityGroup Group => group;

    public bool IsEgress => egress;

    public Permission Permission => permission;

    public string? Description => description;
}
