using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Testing;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Gateway.Tests.Holding;

/// <summary>A gateway on loopback to a cluster in an emulated world, whose time can be stopped and sped up.</summary>
internal sealed class CloudLab : IAsyncDisposable
{
    public const string Model = "llama3.1:8b";

    private readonly ScratchFolder _folder = new();
    private WebApplication _app = null!;

    public EmulatedWorld World { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public HybridCluster Cluster => _app.Services.GetRequiredService<HybridCluster>();

    public HybridGateway Gateway => _app.Services.GetRequiredService<HybridGateway>();

    public int Launches => World.Cloud.Calls.Count(c => c.Action == "CreateFleet");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<CloudLab> StartAsync(
        Action<HybridGatewayOptions>? configure = null,
        double speed = 100,
        Action<NodeEmulatorOptions>? nodes = null
    )
    {
        CloudLab lab = new();
        EmulatedWorldOptions world = new() { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 100) };
        nodes?.Invoke(world.Nodes);
        lab.World = await EmulatedWorld.StartAsync(world, Token);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddHybridLlm(
            "lab",
            cluster =>
                cluster
                    .WithModel(Model)
                    .WithSpotGpus("us-east-1")
                    .WithBudget(perDay: 3)
                    .WithLife(life => life with { BootDeadline = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) })
                    .UseStateFolder(lab._folder["state"])
                    .UseEmulatedWorld(lab.World, Model)
        );
        builder.Services.AddHybridGateway(configure);
        lab._app = builder.Build();
        lab._app.MapHybridGateway();
        await lab._app.StartAsync(Token);
        lab.Http = new HttpClient { BaseAddress = new Uri(lab._app.Urls.Single()), Timeout = Timeout.InfiniteTimeSpan };
        await lab.Cluster.UpAsync(cancellationToken: Token);
        lab.World.Clock.Speed = speed;
        return lab;
    }

    public async Task<HttpResponseMessage> PostAsync(string path, JsonNode body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    public async ValueTask DisposeAsync()
    {
        World.Clock.Speed = 100;
        Http.Dispose();
        await _app.DisposeAsync();
        await World.DisposeAsync();
        _folder.Dispose();
    }
}
