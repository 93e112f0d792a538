namespace HybridLlm.AwsGpu.Offerings;

/// <summary>What EC2 says about an instance type with GPUs.</summary>
public sealed record GpuInstanceType
{
    /// <summary>EC2's name, e.g. <c>g6.xlarge</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Processor architecture.</summary>
    public required CpuArchitecture Architecture { get; init; }

    /// <summary>Maker of the GPUs, e.g. <c>NVIDIA</c>.</summary>
    public required string GpuManufacturer { get; init; }

    /// <summary>Model of the GPUs, e.g. <c>L4</c>.</summary>
    public required string GpuName { get; init; }

    /// <summary>GPUs the guest sees, 1 or more; a fraction of a GPU (g6f) counts as one small GPU.</summary>
    public required int GpuCount { get; init; }

    /// <summary>Memory of one GPU, MiB.</summary>
    public required int GpuMemoryMiB { get; init; }

    /// <summary>Virtual CPUs; EC2's quotas count these.</summary>
    public required int VCpus { get; init; }

    /// <summary>Main memory, MiB.</summary>
    public required long MemoryMiB { get; init; }

    /// <summary>Local NVMe storage, GB; 0 without.</summary>
    public required long LocalNvmeGB { get; init; }

    /// <summary>What EBS volumes may always carry, MB/s; null when EC2 does not say.</summary>
    public decimal? EbsBaselineMBps { get; init; }

    /// <summary>Whether EC2 sells it on the spot market.</summary>
    public required bool SoldOnSpot { get; init; }

    /// <summary>Memory of all GPUs together, MiB.</summary>
    public int TotalGpuMemoryMiB => GpuCount * GpuMemoryMiB;
}
