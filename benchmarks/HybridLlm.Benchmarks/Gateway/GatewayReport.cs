using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace HybridLlm.Benchmarks.Gateway;

/// <summary>The gateway beside plain YARP and no proxy at all: one run, one process, loopback, in turns.</summary>
internal static class GatewayReport
{
    private const int Turns = 6;

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
        }

        StringBuilder report = new(
            """
            # The gateway, beside plain YARP and no proxy

            Written by `dotnet run -c Release --project benchmarks/HybridLlm.Benchmarks -- gateway-report`. Server, proxies and client share one
            process and its processors; ways are measured in turns. The gateway parses every line, could take the answer up elsewhere, and
            counts; YARP passes bytes on. Read the differences and ratios.

            """
        );
        await DelaysAsync(report, ways, "1 stream, a token every 10 ms", streams: 1, tokens: 150, interval: 10);
        await DelaysAsync(report, ways, "16 streams, a token every 40 ms", streams: 16, tokens: 40, interval: 40);
        await RatesAsync(report, ways);
        await AllocationsAsync(report, ways);
        await FirstTokens.AppendAsync(report);
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
        var delays = ways.ToDictionary(w => w, _ => new List<double>());
        for (var turn = 0; turn <= Turns; turn++)
        {
            foreach (var way in ways)
            {
                var all = await Task.WhenAll(
                    Enumerable.Range(0, streams).Select(_ => way.DelaysAsync(tokens, interval))
                );
                // The first turn warms up.
                delays[way].AddRange(turn == 0 ? [] : all.SelectMany(d => d));
            }
        }

        report.Append(
            CultureInfo.InvariantCulture,
            $"\n## Delay of a token: {title}\n\n| | p50, ms | p95, ms | added p50, ms |\n|---|---|---|---|\n"
        );
        var direct = At(delays[ways[0]], 0.5);
        foreach (var way in ways)
        {
            var p50 = At(delays[way], 0.5);
            report.Append(
                CultureInfo.InvariantCulture,
                $"| {way.Name} | {p50:0.000} | {At(delays[way], 0.95):0.000} | {p50 - direct:0.000} |\n"
            );
        }

        var ratio = At(delays[ways[2]], 0.5) / At(delays[ways[1]], 0.5);
        report.Append(CultureInfo.InvariantCulture, $"\nGateway / YARP at p50: {ratio:0.00}.\n");
    }

    private static async Task RatesAsync(StringBuilder report, Way[] ways)
    {
        const int Connections = 8;
        const int Requests = 400;
        var rates = ways.ToDictionary(w => w, _ => new List<double>());
        for (var turn = 0; turn <= Turns; turn++)
        {
            foreach (var way in ways)
            {
                var began = Stopwatch.GetTimestamp();
                await Task.WhenAll(
                    Enumerable
                        .Range(0, Connections)
                        .Select(async _ =>
                        {
                            for (var i = 0; i < Requests / Connections; i++)
                            {
                                await way.DelaysAsync(20, 0);
                            }
                        })
                );
                rates[way].AddRange(turn == 0 ? [] : [Requests / Stopwatch.GetElapsedTime(began).TotalSeconds]);
            }
        }

        report.Append("\n## Answers of 20 tokens a second, 8 connections\n\n| | answers a second |\n|---|---|\n");
        foreach (var way in ways)
        {
            report.Append(CultureInfo.InvariantCulture, $"| {way.Name} | {At(rates[way], 0.5):0} |\n");
        }

        var ratio = At(rates[ways[2]], 0.5) / At(rates[ways[1]], 0.5);
        report.Append(CultureInfo.InvariantCulture, $"\nGateway / YARP: {ratio:0.00}.\n");
    }

    private static async Task AllocationsAsync(StringBuilder report, Way[] ways)
    {
        const int Tokens = 5000;
        report.Append(
            "\n## Bytes allocated a token, beyond the server's and the client's own\n\n| | bytes |\n|---|---|\n"
        );
        var own = 0.0;
        foreach (var way in ways)
        {
            await way.DelaysAsync(Tokens, 0);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await way.DelaysAsync(Tokens, 0);
            var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Tokens;
            own = way == ways[0] ? each : own;
            report.Append(CultureInfo.InvariantCulture, $"| {way.Name} | {each - own:0} |\n");
        }
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

    public static double At(List<double> values, double quantile) =>
        values.Order().ElementAt((int)Math.Min(values.Count - 1, quantile * values.Count));

    private static string ResultsFolder([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Results");

    /// <summary>One way to the server.</summary>
    private sealed class Way(string name, string address) : IDisposable
    {
        private readonly HttpClient _http = new()
        {
            BaseAddress = new Uri(address),
            Timeout = Timeout.InfiniteTimeSpan,
        };

        public string Name => name;

        public void Dispose() => _http.Dispose();

        public async Task UntilUpAsync()
        {
            while (true)
            {
                using StringContent content = new(StampServer.Question(1, 0), Encoding.UTF8, "application/json");
                using var response = await _http.PostAsync("api/chat", content);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
        }

        /// <summary>How long each token was on its way, ms.</summary>
        public async Task<List<double>> DelaysAsync(int tokens, int interval)
        {
            using StringContent content = new(
                StampServer.Question(tokens, interval),
                Encoding.UTF8,
                "application/json"
            );
            using HttpRequestMessage request = new(HttpMethod.Post, "api/chat") { Content = content };
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
            List<double> delays = [];
            while (await reader.ReadLineAsync() is { } line)
            {
                var now = Stopwatch.GetTimestamp();
                using var json = JsonDocument.Parse(line);
                var token = json.RootElement.GetProperty("message").GetProperty("content").GetString()!;
                if (token.Length > 0)
                {
                    var sent = long.Parse(token, CultureInfo.InvariantCulture);
                    delays.Add(Stopwatch.GetElapsedTime(sent, now).TotalMilliseconds);
                }
            }

            return delays.Count == tokens
                ? delays
                : throw new InvalidOperationException($"{Name}: {delays.Count} tokens of {tokens} came.");
        }
    }
}
