namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>What EC2 says about an instance type.</summary>
internal sealed record MachineType
{
    /// <summary>E.g. <c>g6.xlarge</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>x86_64</c> or <c>arm64</c>.</summary>
    public required string Architecture { get; init; }

    public required int VCpus { get; init; }

    public required long MemoryMiB { get; init; }

    /// <summary>E.g. <c>L4</c>; null without a GPU.</summary>
    public string? Gpu { get; init; }

    public string? GpuManufacturer { get; init; }

    /// <summary>Whole GPUs; 0 for a fraction of one.</summary>
    public int GpuCount { get; init; }

    /// <summary>Memory of one GPU, or of the fraction.</summary>
    public int GpuMemoryMiB { get; init; }

    /// <summary>Local NVMe storage; null without.</summary>
    public int? NvmeGB { get; init; }

    public required decimal EbsBaselineMBps { get; init; }

    public required decimal EbsMaximumMBps { get; init; }

    public required int EbsBaselineIops { get; init; }

    /// <summary>E.g. <c>Up to 10 Gigabit</c>.</summary>
    public required string Network { get; init; }

    /// <summary><c>on-demand</c>, <c>spot</c>, <c>capacity-block</c>.</summary>
    public required IReadOnlyList<string> UsageClasses { get; init; }

    public bool IsMetal => Name.EndsWith(".metal", StringComparison.Ordinal);

    public bool IsBurstable => Name[0] == 't';

    public QuotaFamily Family =>
        Name[0] switch
        {
            'g' => QuotaFamily.GAndVt,
            'p' => QuotaFamily.P,
            _ => QuotaFamily.Standard,
        };
}
