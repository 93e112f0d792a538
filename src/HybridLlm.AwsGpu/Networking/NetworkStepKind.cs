namespace HybridLlm.AwsGpu.Networking;

/// <summary>What a step of a network plan does, in order of dependency.</summary>
public enum NetworkStepKind
{
    /// <summary>Makes the VPC.</summary>
    CreateVpc,

    /// <summary>Makes the internet gateway.</summary>
    CreateInternetGateway,

    /// <summary>Gives the VPC a /56 of Amazon's IPv6 addresses.</summary>
    AssociateIpv6Block,

    /// <summary>Makes the subnet of a zone.</summary>
    CreateSubnet,

    /// <summary>Makes the route table.</summary>
    CreateRouteTable,

    /// <summary>Makes a security group.</summary>
    CreateSecurityGroup,

    /// <summary>Attaches the internet gateway to the VPC.</summary>
    AttachInternetGateway,

    /// <summary>Removes what a security group should not allow, e.g. EC2's default of everything out.</summary>
    RevokeRule,

    /// <summary>Adds what a security group should allow.</summary>
    AuthorizeRule,

    /// <summary>Makes a subnet use the route table.</summary>
    AssociateSubnet,

    /// <summary>Makes the S3 gateway endpoint, so that model and artifact traffic stays inside AWS and is free.</summary>
    CreateStorageEndpoint,

    /// <summary>Adds the route to the internet.</summary>
    CreateInternetRoute,

    /// <summary>Adds the route to the internet for IPv6.</summary>
    CreateInternetRoute6,

    /// <summary>Gives a subnet a /64 of the VPC's IPv6 addresses, and its instances one each.</summary>
    AssignIpv6Range,
}
