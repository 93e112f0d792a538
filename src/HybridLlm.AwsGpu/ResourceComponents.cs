namespace HybridLlm.AwsGpu;

/// <summary>Values of <see cref="ResourceTags.Component"/>.</summary>
public static class ResourceComponents
{
    /// <summary>VPC, subnets, routes, gateway and endpoint.</summary>
    public const string Network = "network";

    /// <summary>GPU instances, their fleets, disks, launch template and security group.</summary>
    public const string Node = "gpu-node";

    /// <summary>The lighthouse instance, its disk, address and security group.</summary>
    public const string Lighthouse = "lighthouse";

    /// <summary>Volumes and snapshots of models that outlive a burst.</summary>
    public const string Models = "models";

    /// <summary>The queue of interruption events.</summary>
    public const string Interruptions = "interruptions";

    /// <summary>The cluster's bucket.</summary>
    public const string Storage = "storage";
}
