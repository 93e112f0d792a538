using System.Collections.Concurrent;
using System.Text;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;

namespace HybridLlm.Testing.Tests.Secrets;

/// <summary>
/// Every byte between a cluster and AWS, and between its nodes and AWS, of a whole life, and every word it logs, prints and journals: none of the
/// secrets is in there, however it is dressed.
/// </summary>
public sealed class SecretsOnTheWireTests : IDisposable
{
    private const string Model = "llama3.2:1b";
    private readonly ScratchFolder _folder = new();
    private readonly LifeSecrets _life = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_of_a_whole_life_is_on_the_wire_in_a_log_or_in_the_journal()
    {
        EmulatedWorldOptions options = new() { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 100) };
        ConcurrentBag<(NodeEmulator Node, NodeBoot Boot)> nodes = [];
        options.Nodes.Keys = _life.MadeKeys;
        options.Guest = (mesh, instance) =>
        {
            NodeEmulator node = new(mesh, options.Nodes);
            nodes.Add((node, NodeUserData.Parse(instance.UserData.Span)));
            return node;
        };
        using RecordingLogs loggers = new();
        StringBuilder said = new();
        await using var world = await EmulatedWorld.StartAsync(options, Token);
        await using TcpTap tap = new(world.Cloud.Endpoint);
        _life.Secrets.Add("AWS secret access key", world.Cloud.SecretKey);

        await using (
            var cluster = new HybridClusterBuilder("lab")
                .WithModel(Model)
                .WithSpotGpus("us-east-1")
                .WithBudget(perDay: 5)
                .WithLife(life => life with { BootDeadline = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) })
                .UseStateFolder(_folder["state"])
                .UseEmulatedWorld(world, Model)
                .UseAws(aws =>
                {
                    aws.ServiceUrl = tap.Endpoint;
                    aws.AccessKey = new AwsAccessKey(world.Cloud.AccessKey, world.Cloud.SecretKey);
                })
                .UseLoggers(loggers)
                .Build()
        )
        {
            said.Append(await cluster.PlanAsync(Token)).Append((await cluster.PlanAsync(Token)).ToJson());
            await cluster.UpAsync(cancellationToken: Token);
            await cluster.WakeAsync(cancellationToken: Token);
            await cluster.ChatClient.GetResponseAsync("Why?", new ChatOptions { MaxOutputTokens = 5 }, Token);
            _life.ReadState(_folder["state"]);
            foreach (var (node, boot) in nodes)
            {
                _life.ReadNode(node, boot);
            }

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
