namespace HybridLlm.AwsGpu.Networking;

/// <summary>The cluster's subnet in one zone.</summary>
/// <param name="Id">EC2's id of the subnet.</param>
/// <param name="ZoneId">Id of its zone, e.g. <c>use1-az1</c>.</param>
/// <param name="Cidr">Its address range.</param>
public sealed record Subnet(string Id, string ZoneId, string Cidr);
