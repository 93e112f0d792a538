namespace HybridLlm.Testing.Ec2;

/// <summary>An instance as the emulator knows it, at one moment.</summary>
public sealed record EmulatedInstance
{
    /// <summary>E.g. <c>i-0f2c9be3b6e0d41a7</c>.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Region name.</summary>
    public required string Region { get; init; }

    /// <summary>Zone name.</summary>
    public required string Zone { get; init; }

    /// <summary>E.g. <c>g6.xlarge</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>How it was bought.</summary>
    public required Market Market { get; init; }

    /// <summary>EC2's word, e.g. <c>running</c>.</summary>
    public required string State { get; init; }

    /// <summary>EC2's code for why it ends or ended, e.g. <c>Server.SpotInstanceTermination</c>; null while it does not.</summary>
    public string? StateReason { get; init; }

    /// <summary>Last launch or start.</summary>
    public required DateTimeOffset LaunchTime { get; init; }

    /// <summary>Address in its subnet.</summary>
    public required string PrivateIp { get; init; }

    /// <summary>Public IPv4 address; null without one.</summary>
    public string? PublicIp { get; init; }

    /// <summary>Its tags.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Exceptions that ended its guests, oldest first.</summary>
    public required IReadOnlyList<Exception> GuestFailures { get; init; }
}
