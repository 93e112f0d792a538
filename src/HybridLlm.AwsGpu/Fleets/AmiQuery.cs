namespace HybridLlm.AwsGpu.Fleets;

/// <summary>A family of machine images of which the newest is wanted.</summary>
public sealed record AmiQuery
{
    /// <summary>
    /// Name of the public parameter of Systems Manager that names the newest image, tried first; null asks EC2 by owner and name only. AWS has
    /// renamed these parameters before, and not every account may read them, so the query by name stands in.
    /// </summary>
    public string? ParameterName { get; init; }

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
            ParameterName =
                $"/aws/service/deeplearning/ami/{(architecture == CpuArchitecture.Arm64 ? "arm64" : "x86_64")}/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id",
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
            ParameterName =
                $"/aws/service/canonical/ubuntu/server/24.04/stable/current/{(architecture == CpuArchitecture.Arm64 ? "arm64" : "amd64")}/hvm/ebs-gp3/ami-id",
            Owner = "099720109477",
            NamePattern =
                $"ubuntu/images/hvm-ssd*/ubuntu-noble-24.04-{(architecture == CpuArchitecture.Arm64 ? "arm64" : "amd64")}-server-*",
            Architecture = architecture,
        };
}
