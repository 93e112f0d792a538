using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace HybridLlm.Benchmarks.Gateway;

/// <summary>
/// The gateway beside plain YARP and no proxy at all: one run, one process, loopback. In each round every way has its turn, first one,
/// then another beginning, so that what else the machine does meets all alike; ratios are of the same round.
/// </summary>
internal static class GatewayReport
{
    private const int Rounds = 9;
    private const int AnswerTokens = 20;
    private const int Connections = 8;

    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(1);

    public static async Task WriteAsync()
    {
        await using var upstream = await StartAsync(StampServer.Map);
        var target = upstream.Urls.Single();
        await using var yarp = await StartAsync(app => MapYarp(app, target), s => s.AddHttpForwarder());
        await using var gateway = await StartAsync(
            app => app.MapHybridGateway(),
            s => s.AddHybridGateway(o => o.Backends.Add(new Uri(target)))
        );
        Way[] ways = [new("direct", target), new("YARP", yarp.Urls.Single()), new("gateway", gateway.Urls.Single())];
        foreach (var way in ways)
        {
            await way.UntilUpAsync();
            // The runtime compiles what is used much anew, by what it has seen; that is over when the rounds begin.
            await way.RateAsync(Connections, AnswerTokens, 4 * s_turn);
            await way.DelaysAsync(streams: 32, tokens: 600, interval: 5);
        }

        StringBuilder report = new(
            $"""
            # The gateway, beside plain YARP and no proxy

            Written by `dotnet run -c Release --project benchmarks/HybridLlm.Benchmarks -- gateway-report`. Server, proxies and client share one
            process and its processors. The gateway parses every line, could take the answer up elsewhere, and counts; YARP passes bytes on.
            Every figure is the median of {Rounds} rounds, with the least and the most of them; ratios and differences are of the same round.

            Processors: {Environment.ProcessorCount}. Load average at the beginning: {Load()}.

            """
        );
        await DelaysAsync(report, ways, "1 stream, a token every 10 ms", streams: 1, tokens: 100, interval: 10);
        await DelaysAsync(report, ways, "16 streams, a token every 40 ms", streams: 16, tokens: 40, interval: 40);
        await RatesAsync(report, ways);
        await AllocationsAsync(report, ways);
        await FirstTokens.AppendAsync(report);
        report.Append(CultureInfo.InvariantCulture, $"\nLoad average at the end: {Load()}.\n");
        Array.ForEach(ways, w => w.Dispose());
        Console.Write(report);
        await File.WriteAllTextAsync(Path.Combine(ResultsFolder(), "gateway-report.md"), report.ToString());
    }

    private static async Task DelaysAsync(
        StringBuilder report,
        Way[] ways,
        string title,
        int streams,
        int tokens,
        int interval
    )
    {
        var delays = await InTurnsAsync(ways, w => w.DelaysAsync(streams, tokens, interval));
        report.Append(
            CultureInfo.InvariantCulture,
            $"\n## Delay of a token: {title}\n\n| | p50, ms | p95, ms | added p50, ms |\n|---|---|---|---|\n"
        );
        var p50 = ways.Select(w => Of(w, 0.5)).ToList();
        foreach (var (way, median) in ways.Zip(p50))
        {
            report.Append(
                CultureInfo.InvariantCulture,
                $"| {way.Name} | {median.Text("0.000")} | {Of(way, 0.95).Text("0.000")} | {median.Minus(p50[0]).Text("0.000")} |\n"
            );
        }

        report.Append(CultureInfo.InvariantCulture, $"\nGateway / YARP at p50: {p50[2].Over(p50[1]).Text("0.00")}.\n");

        Spread Of(Way way, double quantile) => new([.. delays[way].Select(round => Spread.At(round, quantile))]);
    }

    private static async Task RatesAsync(StringBuilder report, Way[] ways)
    {
        var rates = await InTurnsAsync(ways, w => w.RateAsync(Connections, AnswerTokens, s_turn));
        report.Append(
            CultureInfo.InvariantCulture,
            $"\n## Answers of {AnswerTokens} tokens a second, {Connections} connections\n\n| | answers a second | processor time of all sides an answer, µs |\n|---|---|---|\n"
        );
        foreach (var way in ways)
        {
            report.Append(
                CultureInfo.InvariantCulture,
                $"| {way.Name} | {Rate(way).Text("0")} | {Cpu(way).Text("0")} |\n"
            );
        }

        report.Append(
            CultureInfo.InvariantCulture,
            $"""

            Gateway / YARP: {Rate(ways[2]).Over(Rate(ways[1])).Text("0.00")} answers a second; {Cpu(ways[1])
                .Over(Cpu(ways[2]))
                .Text("0.00")} by processor time.

            """
        );

        Spread Rate(Way way) => new([.. rates[way].Select(r => r.Rate)]);

        Spread Cpu(Way way) => new([.. rates[way].Select(r => r.Cpu)]);
    }

    private static async Task AllocationsAsync(StringBuilder report, Way[] ways)
    {
        const int Tokens = 5000;
        var bytes = await InTurnsAsync(
            ways,
            async way =>
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await way.DelaysAsync(Tokens, 0);
                return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Tokens;
            }
        );
        report.Append(
            "\n## Bytes allocated a token, beyond the server's and the client's own\n\n| | bytes |\n|---|---|\n"
        );
        foreach (var way in ways)
        {
            var beyond = new Spread(bytes[way]).Minus(new Spread(bytes[ways[0]]));
            report.Append(CultureInfo.InvariantCulture, $"| {way.Name} | {beyond.Text("0")} |\n");
        }
    }

    /// <summary>Each way once a round; who is first changes from round to round.</summary>
    private static async Task<Dictionary<Way, List<T>>> InTurnsAsync<T>(Way[] ways, Func<Way, Task<T>> measure)
    {
        var figures = ways.ToDictionary(w => w, _ => new List<T>());
        for (var round = 0; round < Rounds; round++)
        {
            for (var turn = 0; turn < ways.Length; turn++)
            {
                var way = ways[(round + turn) % ways.Length];
                figures[way].Add(await measure(way));
            }
        }

        return figures;
    }

    private static void MapYarp(WebApplication app, string target)
    {
        HttpMessageInvoker http = new(new SocketsHttpHandler { UseProxy = false });
        app.MapForwarder("/{**all}", target, ForwarderRequestConfig.Empty, HttpTransformer.Default, http);
    }

    public static async Task<WebApplication> StartAsync(
        Action<WebApplication> map,
        Action<IServiceCollection>? services = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }

    private static string Load() =>
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "not known";

    private static string ResultsFolder([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Results");
}
