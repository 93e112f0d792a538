namespace HybridLlm.AwsGpu.Fleets;

/// <summary>A family of machine images of which the newest is wanted.</summary>
public sealed record AmiQuery
{
    /// <summary>Account that publishes them: a number or <c>amazon</c>.</summary>
    public required string Owner { get; init; }

    /// <summary>Name with <c>*</c> and <c>?</c> as wildcards.</summary>
    public required string NamePattern { get; init; }

    /// <summary>Architecture of the image.</summary>
    public required CpuArchitecture Architecture { get; init; }

    /// <summary>
    /// AWS's image with NVIDIA's open driver and container runtime on Ubuntu 22.04, for GPU nodes. It runs GPUs from
    /// Turing on (g4dn, g5, g6, g6e, p4, p5), not P2 and P3.
    /// </summary>
    /// <param name="architecture">Architecture of the instances.</param>
    public static AmiQuery GpuNode(CpuArchitecture architecture) =>
        new()
        {
            Owner = "amazon",
            NamePattern =
                architecture == CpuArchitecture.Arm64
                    ? "Deep Learning ARM64 Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) ????????"
                    : "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) ????????",
            Architecture = architecture,
        };

    /// <summary>Canonical's Ubuntu 24.04, for the lighthouse.</summary>
    /// <param name="architecture">Architecture of the instance.</param>
    public static AmiQuery Lighthouse(CpuArchitecture architecture) =>
        new()
        {
            Owner = "099720109477",
            NamePattern =
                $"ubuntu/images/hvm-ssd*/ubuntu-noble-24.04-{(architecture == CpuArchitecture.Arm64 ? "arm64" : "amd64")}-server-*",
            Architecture = architecture,
        };
}
