namespace HybridLlm.AwsGpu.Permissions;

/// <summary>What the controller of one cluster must be allowed to do.</summary>
public sealed record IamPolicySpec
{
    /// <summary>Whose cluster.</summary>
    public required ResourceOwner Owner { get; init; }

    /// <summary>Account, 12 digits.</summary>
    public required string AccountId { get; init; }

    /// <summary>Region of the cluster, e.g. <c>eu-west-1</c>; nothing can be made or changed in another.</summary>
    public required string Region { get; init; }

    /// <summary><c>aws</c>, <c>aws-cn</c> or <c>aws-us-gov</c>.</summary>
    public string Partition { get; init; } = "aws";

    /// <summary>Instance types that may be launched, those of the plan and the lighthouse's; empty allows every type.</summary>
    public IReadOnlyList<string> InstanceTypes { get; init; } = [];

    /// <summary>Whether the lighthouse is on EC2; at home it needs no address and no RunInstances of our own.</summary>
    public bool LighthouseOnEc2 { get; init; } = true;

    /// <summary>A VPC of the user's own that is used instead of one we make; null when we make it.</summary>
    public string? ExistingVpcId { get; init; }

    /// <summary>Whether the network has IPv6 too.</summary>
    public bool Ipv6 { get; init; }

    /// <summary>Whether model volumes and their snapshots are made.</summary>
    public bool ModelVolumes { get; init; }

    /// <summary>
    /// Name of the queue that interruption events arrive in, <see cref="Prerequisites.QueueName"/> so that teardown finds it; null without one.
    /// </summary>
    public string? QueueName { get; init; }

    /// <summary>Name of the role that nodes run with; null when they have none, the default.</summary>
    public string? NodeRoleName { get; init; }
}
