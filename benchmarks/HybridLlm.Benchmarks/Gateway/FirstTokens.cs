using System.Diagnostics;
using System.Globalization;
using System.Text;
using HybridLlm.Testing;
using HybridLlm.Testing.Simulation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HybridLlm.Benchmarks.Gateway;

/// <summary>
/// From nobody awake to the first token, with a node that boots in no time: what is left is ours. The world's time runs a hundred times
/// as fast as the clock, so that the fifteen seconds EC2 takes and what our code waits between two looks count for little; what it does counts in full.
/// </summary>
internal static class FirstTokens
{
    private const string Model = "llama3.1:8b";

    public static async Task AppendAsync(StringBuilder report)
    {
        var folder = Directory.CreateTempSubdirectory("hybridllm-bench-");
        await using var world = await EmulatedWorld.StartAsync(
            new EmulatedWorldOptions
            {
                Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 100),
                Nodes = { BootTime = TimeSpan.Zero, K3sTime = TimeSpan.Zero },
            }
        );
        await using var gateway = await GatewayReport.StartAsync(
            app => app.MapHybridGateway(),
            services =>
            {
                services.AddHybridLlm(
                    "bench",
                    cluster =>
                        cluster
                            .WithModel(Model)
                            .WithSpotGpus("us-east-1")
                            .WithBudget(perDay: 100)
                            .WithLife(life =>
                                life with
                                {
                                    BootDeadline = TimeSpan.FromHours(1),
                                    Lease = TimeSpan.FromHours(1),
                                }
                            )
                            .UseStateFolder(Path.Combine(folder.FullName, "state"))
                            .UseEmulatedWorld(world, Model)
                );
                services.AddHybridGateway();
            }
        );
        var cluster = gateway.Services.GetRequiredService<HybridCluster>();
        await cluster.UpAsync();
        using HttpClient http = new()
        {
            BaseAddress = new Uri(gateway.Urls.Single()),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        List<double> seconds = [];
        StageTimes stages = new();
        using CancellationTokenSource over = new();
        var watching = stages.WatchAsync(cluster, over.Token);
        for (var turn = 0; turn < 10; turn++)
        {
            var began = Stopwatch.GetTimestamp();
            stages.Begin();
            using StringContent content = new(
                $$$"""{"model":"{{{Model}}}","messages":[{"role":"user","content":"Why?"}],"options":{"num_predict":1}}""",
                Encoding.UTF8,
                "application/json"
            );
            using HttpRequestMessage request = new(HttpMethod.Post, "api/chat") { Content = content };
            using (var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
            {
                response.EnsureSuccessStatusCode();
                seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
                stages.End();
                await response.Content.ReadAsByteArrayAsync();
            }

            await cluster.SleepAsync();
        }

        await over.CancelAsync();
        await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var later = seconds[1..];
        report.Append(
            CultureInfo.InvariantCulture,
            $"""

            ## From nobody awake to the first token, instant node

            In order, s: {string.Join(", ", seconds.Select(s => s.ToString("0.00", CultureInfo.InvariantCulture)))}.

            Of 10: best {seconds.Min():0.00} s, median {Spread.At(
                seconds,
                0.5
            ):0.00} s, worst {seconds.Max():0.00} s. The first is the process's first wake, in
            which its code is compiled; of the nine after it the worst is {later.Max():0.00} s.

            | stage, until the next is told of | median, ms | worst, ms |
            |---|---|---|

            """
        );
        stages.AppendTo(report);
        folder.Delete(recursive: true);
    }
}
