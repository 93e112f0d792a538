using System.Globalization;
using System.Text.Json;

namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>
/// Reads traces in the form of skypilot-org/spot-traces: one JSON file a zone, named <c>ZONE_…json</c>, with
/// <c>{"metadata":{"gap_seconds":N},"data":[n, …]}</c>.
/// </summary>
public static class SpotTraceFolder
{
    /// <summary>Reads every trace of a folder and its subfolders, by zone.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="zones">Zones (<c>us-west-2b</c>) or regions (<c>us-west-2</c>) wanted; null or empty wants all.</param>
    /// <exception cref="SpotTraceException">A file or a wanted zone is at fault, or there is no trace; all faults are listed.</exception>
    public static IReadOnlyList<SpotTrace> Read(string folder, IReadOnlyCollection<string>? zones = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new SpotTraceException(folder, ["there is no such folder"]);
        }

        List<string> faults = [];
        var files = Directory
            .EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => (Path: Path.GetRelativePath(folder, path), Zone: ZoneOf(path)))
            .ToList();
        if (files.Count == 0)
        {
            throw new SpotTraceException(folder, ["it holds no *.json file"]);
        }

        var wanted = Wanted([.. files.Select(f => f.Zone).Distinct()], zones, faults);
        var chosen = files.Where(f => wanted.Contains(f.Zone)).ToList();
        foreach (var twice in chosen.GroupBy(f => f.Zone).Where(g => g.Count() > 1))
        {
            faults.Add(
                $"{twice.Key} has {twice.Count()} traces ({string.Join(", ", twice.Select(f => f.Path))}): name one folder"
            );
        }

        var traces = chosen.Select(f => ReadFile(folder, f.Path, f.Zone, faults)).OfType<SpotTrace>().ToList();
        return faults.Count == 0 ? traces : throw new SpotTraceException(folder, faults);
    }

    private static string ZoneOf(string path) => Path.GetFileNameWithoutExtension(path).Split('_')[0];

    private static HashSet<string> Wanted(List<string> present, IReadOnlyCollection<string>? zones, List<string> faults)
    {
        if (zones is null or { Count: 0 })
        {
            return [.. present];
        }

        HashSet<string> wanted = [];
        foreach (var zone in zones)
        {
            var found = present
                .Where(z => z == zone || (z.Length == zone.Length + 1 && z.StartsWith(zone, StringComparison.Ordinal)))
                .ToList();
            wanted.UnionWith(found);
            if (found.Count == 0)
            {
                faults.Add($"zone '{zone}' has no trace; there are {string.Join(", ", present)}");
            }
        }

        return wanted;
    }

    private static SpotTrace? ReadFile(string folder, string path, string zone, List<string> faults)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, path)));
            var before = faults.Count;
            var seconds = Gap(json.RootElement, path, faults);
            var instances = Data(json.RootElement, path, faults);
            return faults.Count > before
                ? null
                : new SpotTrace
                {
                    Zone = zone,
                    Tick = TimeSpan.FromSeconds(seconds),
                    Instances = instances,
                };
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path} cannot be read: {e.Message}");
            return null;
        }
    }

    private static double Gap(JsonElement root, string path, List<string> faults)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("metadata", out var metadata)
            || metadata.ValueKind != JsonValueKind.Object
            || !metadata.TryGetProperty("gap_seconds", out var gap)
            || gap.ValueKind != JsonValueKind.Number
        )
        {
            faults.Add($"{path} has no number metadata.gap_seconds");
            return 0;
        }

        var seconds = gap.GetDouble();
        if (seconds is < 1 or > 86_400)
        {
            faults.Add(
                string.Create(CultureInfo.InvariantCulture, $"{path} has gap_seconds {seconds}, must be 1–86400")
            );
        }

        return seconds;
    }

    private static List<int?> Data(JsonElement root, string path, List<string> faults)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("data", out var data)
            || data.ValueKind != JsonValueKind.Array
            || data.GetArrayLength() == 0
        )
        {
            faults.Add($"{path} has no array data of one tick or more");
            return [];
        }

        List<int?> ticks = new(data.GetArrayLength());
        foreach (var tick in data.EnumerateArray())
        {
            if (tick.ValueKind == JsonValueKind.Null)
            {
                ticks.Add(null);
            }
            else if (tick.ValueKind == JsonValueKind.Number && tick.TryGetInt32(out var instances) && instances >= 0)
            {
                ticks.Add(instances);
            }
            else
            {
                faults.Add(
                    $"{path} has {tick.GetRawText()} at tick {ticks.Count}, must be a whole number, 0 or more, or null"
                );
                return ticks;
            }
        }

        return ticks;
    }
}
