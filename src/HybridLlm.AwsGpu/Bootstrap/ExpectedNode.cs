namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>What the controller knows of a node it launched itself, from EC2's answers: the measure of the node's request.</summary>
public sealed record ExpectedNode
{
    /// <summary>The wake it was launched for.</summary>
    public required string WakeId { get; init; }

    /// <summary>The controller's own account, 12 digits.</summary>
    public required string AccountId { get; init; }

    /// <summary>Region it was launched in.</summary>
    public required string Region { get; init; }

    /// <summary>Instance id from the launch's answer.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Instance type.</summary>
    public required string InstanceType { get; init; }

    /// <summary>AMI id.</summary>
    public required string ImageId { get; init; }

    /// <summary>Private IPv4 address.</summary>
    public required string PrivateIp { get; init; }

    /// <summary>EC2's launch time.</summary>
    public required DateTimeOffset LaunchedAt { get; init; }

    /// <summary>Whether EC2 says it is pending or running.</summary>
    public required bool IsAlive { get; init; }
}
