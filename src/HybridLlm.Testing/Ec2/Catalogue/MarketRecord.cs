using System.Globalization;

namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>What EC2 sells, where and for how much: the embedded record, or one read from a folder.</summary>
internal sealed record MarketRecord(Zones Zones, MachineTypes Types, PriceList Prices)
{
    private static readonly Lazy<MarketRecord> s_embedded = new(ReadEmbedded);

    /// <summary>The record this package carries: five regions.</summary>
    public static MarketRecord Embedded => s_embedded.Value;

    private static MarketRecord ReadEmbedded()
    {
        Zones zones = new(CsvTable.Embedded("zones.csv", c => new Zone(c[0], c[1], c[2])));
        MachineTypes types = new(
            CsvTable.Embedded("instance-types.csv", ParseType),
            CsvTable
                .Embedded(
                    "offerings.csv",
                    c => (Type: c[0], ZoneIds: c[1].Split('|').ToHashSet(StringComparer.Ordinal))
                )
                .ToDictionary(o => o.Type, o => o.ZoneIds, StringComparer.Ordinal),
            zones
        );
        PriceList prices = new(
            CsvTable
                .Embedded("on-demand.csv", c => (Key: (c[0], c[1]), Usd: Number(c[2])))
                .ToDictionary(r => r.Key, r => r.Usd),
            CsvTable
                .Embedded("spot.csv", c => (Key: (c[0], c[1]), Usd: Number(c[2])))
                .ToDictionary(r => r.Key, r => r.Usd)
        );
        return new MarketRecord(zones, types, prices);
    }

    private static MachineType ParseType(IReadOnlyList<string> c) =>
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
            EbsBaselineMBps = Number(c[9]),
            EbsMaximumMBps = Number(c[10]),
            EbsBaselineIops = Integer(c[11]),
            Network = c[12],
            UsageClasses = c[13].Split('|'),
        };

    private static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
