namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Every kind of resource this package can make, in the order they are taken down.</summary>
public enum OwnedResourceKind
{
    /// <summary>Record of an instant fleet.</summary>
    Fleet,

    /// <summary>Instance.</summary>
    Instance,

    /// <summary>Spot instance request.</summary>
    SpotRequest,

    /// <summary>Elastic IP.</summary>
    Address,

    /// <summary>EBS volume.</summary>
    Volume,

    /// <summary>EBS snapshot.</summary>
    Snapshot,

    /// <summary>VPC endpoint.</summary>
    VpcEndpoint,

    /// <summary>Network interface.</summary>
    NetworkInterface,

    /// <summary>Security group.</summary>
    SecurityGroup,

    /// <summary>Subnet.</summary>
    Subnet,

    /// <summary>Route table.</summary>
    RouteTable,

    /// <summary>Internet gateway.</summary>
    InternetGateway,

    /// <summary>VPC.</summary>
    Vpc,

    /// <summary>Version of the launch template made for one node.</summary>
    LaunchTemplateVersion,

    /// <summary>Launch template.</summary>
    LaunchTemplate,

    /// <summary>What lies in the bucket besides models; told apart only where there are models.</summary>
    Objects,

    /// <summary>Bucket with everything in it.</summary>
    Bucket,

    /// <summary>Queue of interruption events.</summary>
    Queue,
}
