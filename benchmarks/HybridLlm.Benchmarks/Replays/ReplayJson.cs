using System.Text.Json;
using System.Text.Json.Serialization;
using HybridLlm.Testing.Simulation.Replays;

namespace HybridLlm.Benchmarks.Replays;

/// <summary>The replay's answer for programs.</summary>
/// <param name="Zones">Zones replayed.</param>
/// <param name="Days">Length of the replay, days.</param>
/// <param name="ColdStartSeconds">From a launch until the node serves.</param>
/// <param name="SpotPrice">As a share of on-demand.</param>
/// <param name="Unannounced">Share of the reclaims without notice.</param>
/// <param name="TicksWithoutFigure">Ticks for which a trace has no figure; replayed as no capacity.</param>
/// <param name="Policies">One result a policy.</param>
internal sealed record ReplayJson(
    IReadOnlyList<string> Zones,
    double Days,
    double ColdStartSeconds,
    decimal SpotPrice,
    double Unannounced,
    int TicksWithoutFigure,
    IReadOnlyList<ReplayResult> Policies
)
{
    public static string Write(
        IReadOnlyList<SpotTrace> traces,
        ReplayOptions options,
        IReadOnlyList<ReplayResult> results
    ) =>
        JsonSerializer.Serialize(
            new ReplayJson(
                [.. traces.Select(t => t.Zone)],
                traces.Min(t => t.Length).TotalDays,
                options.ColdStart.TotalSeconds,
                options.SpotPrice,
                options.Unannounced,
                traces.Sum(t => t.Instances.Count(n => n is null)),
                results
            ),
            ReplayJsonContext.Default.ReplayJson
        );
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReplayJson))]
internal sealed partial class ReplayJsonContext : JsonSerializerContext;
