using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Testing.Ollama;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Gateway.Tests;

/// <summary>A gateway on loopback in front of emulated Ollama servers, which can be killed and started again.</summary>
internal sealed class HomeLab : IAsyncDisposable
{
    public const string Model = "llama3.1:8b";

    private readonly WebApplication _app;

    private HomeLab(WebApplication app, IReadOnlyList<OllamaEmulator> servers)
    {
        (_app, Servers) = (app, servers);
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
    }

    public IReadOnlyList<OllamaEmulator> Servers { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public RecordingLogs Logs { get; private init; } = null!;

    public HybridGateway Gateway => _app.Services.GetRequiredService<HybridGateway>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<HomeLab> StartAsync(
        int servers = 2,
        Action<HybridGatewayOptions>? configure = null,
        Action<OllamaEmulatorOptions>? server = null
    ) => StartAsync([.. Enumerable.Repeat(server ?? (_ => { }), servers)], configure);

    public static async Task<HomeLab> StartAsync(
        IReadOnlyList<Action<OllamaEmulatorOptions>> servers,
        Action<HybridGatewayOptions>? configure = null,
        IReadOnlyList<Uri>? others = null
    )
    {
        List<OllamaEmulator> started = [];
        foreach (var server in servers)
        {
            OllamaEmulatorOptions options = new() { Parallel = 16 };
            server(options);
            started.Add(await OllamaEmulator.StartAsync(options, Token));
        }

        RecordingLogs logs = new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddHybridGateway(options =>
        {
            foreach (var address in started.Select(s => s.Address).Concat(others ?? []))
            {
                options.Backends.Add(address);
            }

            options.ProbeSeconds = 0.2;
            configure?.Invoke(options);
        });
        var app = builder.Build();
        app.MapHybridGateway();
        await app.StartAsync(Token);
        return new HomeLab(app, started) { Logs = logs };
    }

    public static JsonObject Question(string text = "Why?", bool stream = true, int? tokens = null)
    {
        JsonObject options = new() { ["temperature"] = 0 };
        if (tokens is { } limit)
        {
            options["num_predict"] = limit;
        }

        return new JsonObject
        {
            ["model"] = Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
            ["stream"] = stream,
            ["options"] = options,
        };
    }

    public async Task<HttpResponseMessage> PostAsync(string path, JsonNode body, CancellationToken? cancellation = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation ?? Token);
    }

    /// <summary>The whole answer's text and its lines.</summary>
    public async Task<(string Text, List<JsonObject> Lines)> AskAsync(JsonObject question)
    {
        using var response = await PostAsync("api/chat", question);
        var body = await response.Content.ReadAsStringAsync(Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!.AsObject())
            .ToList();
        return (string.Concat(lines.Select(l => l["message"]?["content"]?.ToString())), lines);
    }

    /// <summary>
    /// Has each server answer once, so that it is known who each is: a server that is lost before it has said that has delivered
    /// nothing, and its answer begins anew.
    /// </summary>
    public async Task MeetAllAsync()
    {
        var all = Gateway.Router.Home.All;
        await UntilAsync(() => all.All(b => b.View.Up));
        foreach (var server in all)
        {
            var others = all.Where(b => b != server).ToList();
            others.ForEach(o => o.Drain());
            await AskAsync(Question("Who are you?", tokens: 1));
            others.ForEach(o => o.Undrain());
        }
    }

    /// <summary>Waits until it holds; fails after half a minute, or after what is allowed.</summary>
    public static async Task UntilAsync(Func<bool> holds, TimeSpan? within = null)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(within ?? TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }
    }
}
