using HybridLlm.Testing.Ec2.Billing;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>An Elastic IP address.</summary>
internal sealed class ElasticAddress(string id, DateTimeOffset created, string publicIp)
    : Resource(Kind, id, created),
        IResource
{
    public static ResourceKind Kind { get; } =
        new("elastic-ip", "eipalloc", "InvalidAllocationID.NotFound", "allocation ID");

    public string PublicIp => publicIp;

    public string? AssociationId { get; set; }

    public NetworkInterface? Interface { get; set; }

    public required Usage Usage { get; init; }
}
