using System.Text;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;

namespace HybridLlm.Testing.Tests.Secrets;

/// <summary>
/// Every byte between a cluster and AWS, and between its nodes and AWS, of a whole life, and every word it logs, prints and journals: none of the
/// secrets is in there, however it is dressed.
/// </summary>
public sealed class SecretsOnTheWireTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly LifeSecrets _life = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_of_a_whole_life_is_on_the_wire_in_a_log_or_in_the_journal()
    {
        EmulatedWorldOptions options = new() { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 100) };
        _life.Watch(options);
        using RecordingLogs loggers = new();
        StringBuilder said = new();
        await using var world = await EmulatedWorld.StartAsync(options, Token);
        await using TcpTap tap = new(world.Cloud.Endpoint);
        await using (var cluster = _life.Cluster(world, tap, _folder["state"], loggers).Build())
        {
            said.Append(await cluster.PlanAsync(Token)).Append((await cluster.PlanAsync(Token)).ToJson());
            await cluster.UpAsync(cancellationToken: Token);
            await cluster.WakeAsync(cancellationToken: Token);
            await cluster.ChatClient.GetResponseAsync("Why?", new ChatOptions { MaxOutputTokens = 5 }, Token);
            _life.Read(_folder["state"]);

            said.Append(await cluster.StatusAsync(Token));
            await cluster.SleepAsync(cancellationToken: Token);
            said.Append(await cluster.DownAsync(cancellationToken: Token));
        }

        _life.Secrets.Names.ShouldBe(LifeSecrets.Expected, ignoreOrder: true);
        var heard = tap.Heard;
        heard.Sum(h => h.Length).ShouldBeGreaterThan(200_000);
        // What is public and travels sealed in the same wrappings is found, so the hunt looks where secrets would be.
        _life.PublicThings.FindIn(heard).ShouldBe(_life.PublicThings.Names, ignoreOrder: true);
        _life.Secrets.FindIn(heard).ShouldBeEmpty();

        var words = Encoding.UTF8.GetBytes(loggers.All + said);
        loggers.All.ShouldNotBeEmpty();
        _life.Secrets.FindIn([words]).ShouldBeEmpty();
        var journal = await File.ReadAllBytesAsync(Path.Combine(_folder["state"], "journal.jsonl"), Token);
        _life.Secrets.FindIn([journal]).ShouldBeEmpty();
    }

    public void Dispose() => _folder.Dispose();
}
