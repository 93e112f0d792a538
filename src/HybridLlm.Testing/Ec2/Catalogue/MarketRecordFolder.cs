using System.Globalization;

namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>
/// Reads a record of what EC2 sells from a folder: <c>instance-types.csv</c>, <c>az-offerings.csv</c>, <c>ondemand-us-east-1.csv</c> and
/// <c>skypilot-aws-gpu-spot.csv</c>. Small types without GPU, which such a record may lack, come from the embedded one. Prices it lacks are modelled,
/// see <see cref="PriceList"/>.
/// </summary>
internal sealed class MarketRecordFolder(string folder)
{
    private const string Home = "us-east-1";

    /// <summary>Mean share of spot in on-demand, over the published rows.</summary>
    private const decimal MeanSpotShare = 0.40m;

    /// <summary>What a region costs more than us-east-1 where no published row tells.</summary>
    private const decimal DearerElsewhere = 1.2m;

    /// <exception cref="ArgumentException">A file is missing or is not of that form.</exception>
    public MarketRecord Read()
    {
        try
        {
            return Assemble();
        }
        catch (Exception unreadable)
            when (unreadable is IOException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new ArgumentException(
                $"{folder} is no record of EC2's offerings: {unreadable.Message}",
                nameof(folder),
                unreadable
            );
        }
    }

    private MarketRecord Assemble()
    {
        var offerings = Rows("az-offerings.csv", c => (Region: c[0], ZoneId: c[1], Type: c[2]));
        Zones zones = new(ReadZones(offerings.Select(o => (o.Region, o.ZoneId))));
        var recorded = Rows("instance-types.csv", ParseType);
        List<MachineType> types =
        [
            .. recorded,
            .. MarketRecord.Embedded.Types.All.ExceptBy(recorded.Select(t => t.Name), t => t.Name),
        ];
        var offered = offerings
            .GroupBy(o => o.Type)
            .ToDictionary(
                g => g.Key,
                g => g.Select(o => o.ZoneId).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal
            );
        foreach (var small in types.Where(t => t.Gpu is null && !offered.ContainsKey(t.Name)))
        {
            offered[small.Name] = [.. zones.All.Select(z => z.Id)];
        }

        return new MarketRecord(zones, new MachineTypes(types, offered, zones), ReadPrices(zones, types, offered));
    }

    /// <summary>Zones the embedded record knows keep their names there; others are named in the order of their ids.</summary>
    private static List<Zone> ReadZones(IEnumerable<(string Region, string ZoneId)> offered)
    {
        List<Zone> zones = [];
        foreach (var region in offered.Distinct().GroupBy(o => o.Region).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var known = MarketRecord.Embedded.Zones.In(region.Key).ToDictionary(z => z.Id, StringComparer.Ordinal);
            var free = "abcdefghijklmnop"
                .Select(letter => region.Key + letter)
                .Except(known.Values.Select(z => z.Name));
            var names = new Queue<string>(free);
            zones.AddRange(
                region
                    .Select(o => o.ZoneId)
                    .Order(StringComparer.Ordinal)
                    .Select(id => known.GetValueOrDefault(id) ?? new Zone(region.Key, names.Dequeue(), id))
            );
        }

        return zones;
    }

    private PriceList ReadPrices(
        Zones zones,
        IReadOnlyList<MachineType> types,
        Dictionary<string, HashSet<string>> offered
    )
    {
        var atHome = Rows("ondemand-us-east-1.csv", c => (Type: c[1], Usd: Number(c[2])))
            .ToDictionary(r => r.Type, r => r.Usd, StringComparer.Ordinal);
        var published = Rows(
            "skypilot-aws-gpu-spot.csv",
            c => (Type: c[0], OnDemand: Number(c[6]), Spot: Number(c[7]), Region: c[8], ZoneId: c[9])
        );
        var ratios = published
            .Where(p => atHome.ContainsKey(p.Type))
            .GroupBy(p => p.Region)
            .ToDictionary(g => g.Key, g => g.Average(p => p.OnDemand / atHome[p.Type]), StringComparer.Ordinal);
        Dictionary<(string Region, string Type), decimal> onDemand = [];
        foreach (var type in types)
        {
            foreach (var region in zones.Regions)
            {
                var ratio = region == Home ? 1 : ratios.GetValueOrDefault(region, DearerElsewhere);
                onDemand[(region, type.Name)] = decimal.Round(
                    (atHome.TryGetValue(type.Name, out var usd) ? usd : Guess(type)) * ratio,
                    4
                );
            }
        }

        foreach (var row in published)
        {
            onDemand[(row.Region, row.Type)] = row.OnDemand;
        }

        Dictionary<(string ZoneId, string Type), decimal> spot = [];
        foreach (var zone in zones.All)
        {
            foreach (var type in types.Where(t => offered.GetValueOrDefault(t.Name)?.Contains(zone.Id) == true))
            {
                spot[(zone.Id, type.Name)] = decimal.Round(
                    onDemand[(zone.Region, type.Name)] * MeanSpotShare * Spread(zone.Id, type.Name),
                    4
                );
            }
        }

        foreach (var row in published)
        {
            spot[(row.ZoneId, row.Type)] = row.Spot;
        }

        return new PriceList(onDemand, spot);
    }

    /// <summary>For a type without any price: what a vCPU of GPU instances costs at home.</summary>
    private static decimal Guess(MachineType type) => 0.2m * type.VCpus;

    private static decimal Spread(string zoneId, string type)
    {
        var hash = 2166136261u;
        foreach (var c in $"{zoneId}/{type}")
        {
            hash = (hash ^ c) * 16777619u;
        }

        return 0.75m + (hash % 501 / 1000m);
    }

    private List<T> Rows<T>(string file, Func<IReadOnlyList<string>, T> row) =>
        CsvTable.Read(File.OpenText(Path.Combine(folder, file)), row);

    private static MachineType ParseType(IReadOnlyList<string> c) =>
        new()
        {
            Name = c[0],
            Gpu = c[1] is "" ? null : c[1],
            GpuManufacturer = c[2] is "" ? null : c[2],
            GpuCount = Integer(c[3]),
            GpuMemoryMiB = Integer(c[4]),
            VCpus = Integer(c[5]),
            MemoryMiB = Integer(c[6]),
            NvmeGB = Integer(c[7]) is var nvme and > 0 ? nvme : null,
            EbsBaselineMBps = Number(c[8]),
            EbsMaximumMBps = Number(c[9]),
            EbsBaselineIops = Integer(c[10]),
            Network = c[11],
            UsageClasses = c[12].Split('|'),
            Architecture = c[13].Contains("arm64", StringComparison.Ordinal) ? "arm64" : "x86_64",
        };

    private static int Integer(string text) => text is "" ? 0 : (int)Number(text);

    private static decimal Number(string text) => text is "" ? 0 : decimal.Parse(text, CultureInfo.InvariantCulture);
}
