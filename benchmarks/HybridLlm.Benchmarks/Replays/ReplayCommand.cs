using System.CommandLine;
using System.Globalization;
using HybridLlm.Testing.Simulation.Replays;

namespace HybridLlm.Benchmarks.Replays;

/// <summary>Replays a folder of spot traces through one or all policies, or writes the committed report.</summary>
internal static class ReplayCommand
{
    private static readonly Option<string> s_traces = new("--traces")
    {
        Description = "Folder of ZONE_….json files in the form of skypilot-org/spot-traces.",
        Required = true,
    };

    private static readonly Option<string?> s_zones = new("--zones")
    {
        Description = "Zones or regions, with commas; all of the folder by default.",
    };

    private static readonly Option<string?> s_policy = new("--policy")
    {
        Description = $"One of {string.Join(", ", TraceReplay.Policies)}; all by default.",
    };

    private static readonly Option<double> s_coldStart = new("--cold-start")
    {
        Description = "Seconds from a launch until the node serves.",
        DefaultValueFactory = _ => 195,
    };

    private static readonly Option<double> s_unannounced = new("--unannounced")
    {
        Description = "Share of the reclaims without notice, 0 to 1.",
    };

    private static readonly Option<decimal> s_spotPrice = new("--spot-price")
    {
        Description = "Price of spot as a share of on-demand.",
        DefaultValueFactory = _ => 0.33m,
    };

    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "Draws the reclaims without notice.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "Prints JSON." };

    public static Command Replay()
    {
        Command command = new("replay", "Replays spot traces, one replica wanted all the time.")
        {
            s_traces,
            s_zones,
            s_policy,
            s_coldStart,
            s_unannounced,
            s_spotPrice,
            s_seed,
            s_json,
        };
        command.SetAction(parsed => Guard(() => Run(parsed)));
        return command;
    }

    public static Command Report()
    {
        Command command = new("replay-report", "Writes Results/replay-report.md.") { s_traces };
        command.SetAction(parsed => Guard(() => ReplayReport.Write(parsed.GetValue(s_traces)!)));
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        ReplayOptions options = new()
        {
            ColdStart = TimeSpan.FromSeconds(parsed.GetValue(s_coldStart)),
            Unannounced = parsed.GetValue(s_unannounced),
            SpotPrice = parsed.GetValue(s_spotPrice),
            Seed = parsed.GetValue(s_seed),
        };
        var zones = parsed
            .GetValue(s_zones)
            ?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var traces = SpotTraceFolder.Read(parsed.GetValue(s_traces)!, zones);
        var policies = parsed.GetValue(s_policy) is { } one ? [one] : TraceReplay.Policies;
        List<ReplayResult> results = [.. policies.Select(policy => TraceReplay.Run(traces, policy, options))];
        if (parsed.GetValue(s_json))
        {
            Console.WriteLine(ReplayJson.Write(traces, options, results));
            return;
        }

        foreach (var result in results)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.Policy, -20} ready {result.ReadyPercent:0.000} %  cost {result.CostRatio:0.0000}  reclaims/day {result.ReclaimsPerDay:0.00}  longest gap {result.LongestGapSeconds:0} s"
                )
            );
        }
    }

    /// <summary>What the user can put right is said without a stack.</summary>
    private static int Guard(Action run)
    {
        try
        {
            run();
            return 0;
        }
        catch (Exception e) when (e is SpotTraceException or ArgumentException or OverflowException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
