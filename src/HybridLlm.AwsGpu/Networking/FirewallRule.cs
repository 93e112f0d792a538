namespace HybridLlm.AwsGpu.Networking;

/// <summary>One allowance of a security group; what no rule allows is refused.</summary>
public sealed record FirewallRule
{
    /// <summary>Every address of the internet.</summary>
    internal const string Anywhere = "0.0.0.0/0";

    /// <summary>The same for IPv6.</summary>
    internal const string Anywhere6 = "::/0";

    /// <summary>Whether it allows connections in, or out.</summary>
    public required TrafficDirection Direction { get; init; }

    /// <summary><c>udp</c>, <c>tcp</c>, or <c>-1</c> for every protocol, as EC2 writes it.</summary>
    public required string Protocol { get; init; }

    /// <summary>First port, 0–65535; null when the protocol has none.</summary>
    public int? FromPort { get; init; }

    /// <summary>Last port, 0–65535; null when the protocol has none.</summary>
    public int? ToPort { get; init; }

    /// <summary>The other end, in CIDR form, a security group's id, or a prefix list's id.</summary>
    public required string Peer { get; init; }

    /// <summary>E.g. <c>outbound udp 0-65535 0.0.0.0/0</c>.</summary>
    public override string ToString()
    {
        var direction = Direction == TrafficDirection.Inbound ? "inbound" : "outbound";
        var protocol = Protocol == "-1" ? "anything" : Protocol;
        var ports =
            FromPort is null ? ""
            : FromPort == ToPort ? $" {FromPort}"
            : $" {FromPort}-{ToPort}";
        return $"{direction} {protocol}{ports} {Peer}";
    }
}
