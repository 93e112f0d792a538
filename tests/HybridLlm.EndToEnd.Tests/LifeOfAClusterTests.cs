using HybridLlm.Testing;
using HybridLlm.Testing.Simulation;
using HybridLlm.Waking;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

public sealed class LifeOfAClusterTests : IAsyncDisposable
{
    private const string Model = "llama3.1:8b";

    private readonly ScratchFolder _folder = new();
    private readonly VirtualClock _clock = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero), speed: 200);
    private EmulatedWorld? _world;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Up_ask_sleep_down_leaves_nothing()
    {
        _world = await EmulatedWorld.StartAsync(_clock, cancellationToken: Token);
        await using var cluster = Cluster(_world);
        List<ClusterEvent> events = [];
        Progress progress = new(events.Add);

        await cluster.UpAsync(progress, Token);
        var answer = await cluster.ChatClient.GetResponseAsync("Why is the sky blue?", cancellationToken: Token);
        answer.Text.Length.ShouldBeGreaterThan(100);

        var status = await cluster.StatusAsync(Token);
        status.Phase.ShouldBe(WakePhase.Awake);
        await cluster.SleepAsync(progress, Token);
        var receipt = await cluster.DownAsync(progress, Token);

        receipt.Left.ShouldBe(0, string.Join('\n', events));
        _world.Cloud.Snapshot().ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }

        _folder.Dispose();
    }

    private HybridCluster Cluster(EmulatedWorld world) =>
        new HybridClusterBuilder("lab")
            .WithModel(Model)
            .WithSpotGpus("us-east-1")
            .WithBudget(perDay: 3.00m)
            .UseStateFolder(_folder["state"])
            .UseEmulatedWorld(world, Model)
            .Build();

    private sealed class Progress(Action<ClusterEvent> tell) : IProgress<ClusterEvent>
    {
        public void Report(ClusterEvent value) => tell(value);
    }
}
