using System.Globalization;

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

/// <summary>The instance types the emulator knows, and where they are offered.</summary>
internal static class MachineTypes
{
    private static readonly Dictionary<string, MachineType> s_all = CsvTable
        .Read("instance-types.csv", Parse)
        .ToDictionary(t => t.Name, StringComparer.Ordinal);

    private static readonly Dictionary<string, HashSet<string>> s_zoneIds = CsvTable
        .Read("offerings.csv", c => (Type: c[0], ZoneIds: c[1].Split('|').ToHashSet(StringComparer.Ordinal)))
        .ToDictionary(o => o.Type, o => o.ZoneIds, StringComparer.Ordinal);

    public static IEnumerable<MachineType> All => s_all.Values;

    public static MachineType? Find(string name) => s_all.GetValueOrDefault(name);

    /// <summary>A type by name.</summary>
    /// <exception cref="ArgumentException">The emulator has no such type.</exception>
    public static MachineType Require(string name) =>
        Find(name) ?? throw new ArgumentException($"The emulator has no instance type '{name}'.");

    public static bool Offered(string type, Zone zone) => s_zoneIds.GetValueOrDefault(type)?.Contains(zone.Id) ?? false;

    /// <summary>Types offered in at least one zone of a region, by name.</summary>
    public static IEnumerable<MachineType> In(string region) =>
        All.Where(t => Zones.In(region).Any(z => Offered(t.Name, z))).OrderBy(t => t.Name, StringComparer.Ordinal);

    private static MachineType Parse(IReadOnlyList<string> c) =>
        new()
        {
            Name = c[0],
            Architecture = c[1],
            VCpus = Integer(c[2]),
            MemoryMiB = Integer(c[3]),
            Gpu = c[4] is "" ? null : c[4],
            GpuManufacturer = c[5] is "" ? null : c[5],
            GpuCount = c[6] is "" ? 0 : Integer(c[6]),
            GpuMemoryMiB = c[7] is "" ? 0 : Integer(c[7]),
            NvmeGB = c[8] is "" ? null : Integer(c[8]),
            EbsBaselineMBps = decimal.Parse(c[9], CultureInfo.InvariantCulture),
            EbsMaximumMBps = decimal.Parse(c[10], CultureInfo.InvariantCulture),
            EbsBaselineIops = Integer(c[11]),
            Network = c[12],
            UsageClasses = c[13].Split('|'),
        };

    private static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
