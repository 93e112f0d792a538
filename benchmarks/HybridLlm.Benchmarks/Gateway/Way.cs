using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace HybridLlm.Benchmarks.Gateway;

/// <summary>One way to the server, and a client that reads what comes by it line by line.</summary>
internal sealed class Way(string name, string address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };

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

    /// <summary>How long each token of as many streams was on its way, ms.</summary>
    public async Task<List<double>> DelaysAsync(int streams, int tokens, int interval)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => DelaysAsync(tokens, interval)));
        return [.. all.SelectMany(d => d)];
    }

    /// <summary>Answers a second over so many connections for so long, and what processor time all sides together took for each, µs.</summary>
    public async Task<(double Rate, double Cpu)> RateAsync(int connections, int tokens, TimeSpan time)
    {
        var count = 0;
        var cpu = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            Enumerable
                .Range(0, connections)
                .Select(async _ =>
                {
                    while (Stopwatch.GetElapsedTime(began) < time)
                    {
                        await DelaysAsync(tokens, 0);
                        Interlocked.Increment(ref count);
                    }
                })
        );
        return (
            count / Stopwatch.GetElapsedTime(began).TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count
        );
    }

    /// <summary>How long each token was on its way, ms.</summary>
    public async Task<List<double>> DelaysAsync(int tokens, int interval)
    {
        using StringContent content = new(StampServer.Question(tokens, interval), Encoding.UTF8, "application/json");
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
