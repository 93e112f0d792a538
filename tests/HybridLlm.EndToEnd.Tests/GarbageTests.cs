using HybridLlm.AwsGpu.Observing;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>What is ours and unknown is ended, what is known is not, and the status names every difference.</summary>
public sealed class GarbageTests : IAsyncLifetime
{
    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync() => _test = await TestWorld.StartAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task A_node_the_journal_does_not_know_is_named_and_ended_and_a_known_one_stays()
    {
        await using (var first = _test.Cluster())
        {
            await first.UpAsync(cancellationToken: Token);
            await first.WakeAsync(cancellationToken: Token);
        }

        // The journal of before the wake: what a restored backup would know.
        ForgetWake();
        await using var second = _test.Cluster();
        await Task.Delay(DriftPlanner.Grace, _test.World.Clock, Token);
        var drift = (await second.StatusAsync(Token)).Drift;
        drift.ShouldHaveSingleItem().Kind.ShouldBe(DriftKind.UnknownNode);
        Gpus().Count.ShouldBe(1, "a status ends nothing");

        await second.UpAsync(cancellationToken: Token);
        Gpus().ShouldBeEmpty();
        await second.WakeAsync(cancellationToken: Token);
        await Task.Delay(3 * DriftPlanner.Grace, _test.World.Clock, Token);
        Gpus().Count.ShouldBe(1);
        (await second.StatusAsync(Token)).Drift.ShouldBeEmpty();
        (await second.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
    }

    [Fact]
    public async Task A_hole_in_the_network_shows_in_the_status()
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        (await cluster.StatusAsync(Token)).Drift.ShouldBeEmpty();

        using (var ec2 = _test.Ec2())
        {
            var groups = await ec2.DescribeSecurityGroupsAsync(Token);
            await ec2.AuthorizeSecurityGroupIngressAsync(
                new()
                {
                    GroupId = groups.SecurityGroups.First(g => g.GroupName.Contains("node")).GroupId,
                    IpPermissions =
                    [
                        new()
                        {
                            IpProtocol = "tcp",
                            FromPort = 22,
                            ToPort = 22,
                            Ipv4Ranges = [new() { CidrIp = "0.0.0.0/0" }],
                        },
                    ],
                },
                Token
            );
        }

        var drift = (await cluster.StatusAsync(Token)).Drift.ShouldHaveSingleItem();
        (drift.Kind, drift.Subject).ShouldBe((DriftKind.Network, "RevokeRule gpu-node inbound tcp 22 0.0.0.0/0"));
        await cluster.UpAsync(cancellationToken: Token);
        (await cluster.StatusAsync(Token)).Drift.ShouldBeEmpty();
    }

    private void ForgetWake()
    {
        var path = Path.Combine(_test.StateFolder, "journal.jsonl");
        var lines = File.ReadAllLines(path).TakeWhile(l => !l.Contains("\"gpu-1\"", StringComparison.Ordinal));
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
    }

    private List<EmulatedInstance> Gpus() =>
        [.. Cloud.Instances.Where(i => i is { Market: Market.Spot, State: "pending" or "running" })];
}
