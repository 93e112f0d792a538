using System.Globalization;
using System.Text;
using HybridLlm.Testing.Simulation.Replays;

namespace HybridLlm.Benchmarks.Replays;

/// <summary>The committed report: the naive policies' known figures, and ours beside them.</summary>
internal static class ReplayReport
{
    private const string All = "";
    private const string West = "us-west-2";

    public static void Write(string folder)
    {
        StringBuilder report = new(
            """
            # Replay of a recorded spot market

            Written by `dotnet run -c Release --project benchmarks/HybridLlm.Benchmarks -- replay-report --traces DIR`, DIR being
            `availability/1-node/aws-02-15-2023` of skypilot-org/spot-traces (Wu et al., "Can't Be Late", NSDI '24): p3.2xlarge, 9 zones, 20,158
            ticks of 195 s, 45.5 days. One replica is wanted all the time; spot costs 0.33 of on-demand; on-demand is always to be had;
            nodes are billed by the second, booting ones too. `hybridllm` is `NodeKeeper` with the real planner and interruption handler: it sees
            notices and the answers to its own launches, and nothing of what is to come. Naive policies look once a tick and do not listen.

            Read with care: V100s of 2023, probes and not held instances, zones strongly unequal.

            """
        );
        Section(
            report,
            "Naive policies, cold start 195 s",
            195,
            0,
            ("us-east-1a", "spot"),
            ("us-east-1f", "spot"),
            ("us-west-2b", "spot"),
            ("us-east-1", "spot"),
            (West, "spot"),
            (All, "spot"),
            (West, "spot+fallback"),
            (All, "spot+fallback"),
            (West, "spot+fallback+spare"),
            (All, "spot+fallback+spare")
        );
        foreach (var coldStart in new[] { 195, 390 })
        {
            foreach (var unannounced in new[] { 0, 0.1, 0.25 })
            {
                Section(
                    report,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Cold start {coldStart} s, {unannounced:P0} of the reclaims without notice"
                    ),
                    coldStart,
                    unannounced,
                    (West, "spot+fallback"),
                    (West, TraceReplay.HybridLlm),
                    (All, "spot+fallback"),
                    (All, TraceReplay.HybridLlm)
                );
            }
        }

        var path = Path.Combine(Reports.Folder, "replay-report.md");
        File.WriteAllText(path, report.ToString());
        Console.Write(report);

        void Section(
            StringBuilder to,
            string title,
            double coldStart,
            double unannounced,
            params (string Zones, string Policy)[] rows
        )
        {
            to.Append(
                CultureInfo.InvariantCulture,
                $"\n## {title}\n\n| zones | policy | ready % | cost / on-demand | reclaims a day | longest gap, s | launches | most at once |\n|---|---|---|---|---|---|---|---|\n"
            );
            foreach (var (zones, policy) in rows)
            {
                var traces = SpotTraceFolder.Read(folder, zones == All ? null : [zones]);
                var r = TraceReplay.Run(
                    traces,
                    policy,
                    new ReplayOptions { ColdStart = TimeSpan.FromSeconds(coldStart), Unannounced = unannounced }
                );
                to.Append(
                    CultureInfo.InvariantCulture,
                    $"| {(zones == All ? $"all {traces.Count}" : zones)} | {policy} | {r.ReadyPercent:0.000} | {r.CostRatio:0.0000} | {r.ReclaimsPerDay:0.00} | {r.LongestGapSeconds:0} | {r.Launches} | {r.MostAtOnce} |\n"
                );
            }
        }
    }
}
