using System.Diagnostics;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Interruptions.Sources;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>An interruption as the queue and the node's own agent tell it.</summary>
public sealed class InterruptionSourceTests() : EmulatorTest(speed: 15)
{
    [Fact]
    public async Task The_queue_tells_of_the_recommendation_the_notice_and_the_end()
    {
        using var cluster = await ClusterAsync();
        Cloud.AddInterruptionQueue(WireCluster.Region, "lab");
        var node = await LaunchAsync(cluster);
        Cloud.Rebalance(node.InstanceId);
        await Cloud.InterruptAsync(node.InstanceId, withNotice: true);
        QueuedInterruptions queue = new(cluster.Clients, WireCluster.Region, "lab");
        List<InterruptionSignal> heard = [];

        while (heard.Count(h => h.Kind == InterruptionKind.Ended) < 2)
        {
            await queue.ReceiveAsync(
                (signal, _) =>
                {
                    heard.Add(signal);
                    return Task.CompletedTask;
                },
                QueuedInterruptions.LongestWait,
                Token
            );
        }

        heard
            .Select(h => h.Kind)
            .ShouldBe([
                InterruptionKind.Rebalance,
                InterruptionKind.Notice,
                InterruptionKind.Ended, // shutting down
                InterruptionKind.Ended, // terminated
            ]);
        heard.ShouldAllBe(h => h.InstanceId == node.InstanceId);
    }

    [Fact]
    public async Task The_agent_on_the_node_leaves_word_of_both_and_ends()
    {
        using var cluster = await ClusterAsync();
        var store = await cluster.BuildBucketAsync();
        var node = await LaunchAsync(cluster);
        AgentMailbox mailbox = new(cluster.Clients, store, WireCluster.Region);
        var urls = await mailbox.OpenAsync("wake-1", TimeSpan.FromDays(1), Token);
        using var agent = Start(node.InstanceId, urls);
        (await mailbox.ReadAsync("wake-1", node.InstanceId, Token)).ShouldBeEmpty();

        Cloud.Rebalance(node.InstanceId);
        await WaitAsync(async () => (await mailbox.ReadAsync("wake-1", node.InstanceId, Token)).Count == 1, agent);
        await Cloud.InterruptAsync(node.InstanceId, withNotice: true);
        await agent.WaitForExitAsync(Token);

        agent.ExitCode.ShouldBe(0);
        var signals = await mailbox.ReadAsync("wake-1", node.InstanceId, Token);
        signals.Select(s => s.Kind).ShouldBe([InterruptionKind.Notice, InterruptionKind.Rebalance]);
        signals.ShouldAllBe(s => s.Source == InterruptionSource.NodeAgent && s.InstanceId == node.InstanceId);
        signals[0].EndsAt.ShouldNotBeNull();
    }

    [Fact]
    public void The_agents_secrets_stand_in_a_file_of_their_own_and_its_unit_starts_it()
    {
        InterruptionUrls urls = new(new Uri("https://b/notice?sig=1"), new Uri("https://b/rebalance?sig=2"));
        var files = InterruptionAgent
            .Files(urls)
            .ToDictionary(f => f.Path, f => System.Text.Encoding.UTF8.GetString(f.Content));

        files["/opt/hybridllm/interruption.env"]
            .ShouldBe(
                "HYBRIDLLM_NOTICE_URL='https://b/notice?sig=1'\nHYBRIDLLM_REBALANCE_URL='https://b/rebalance?sig=2'\n"
            );
        files.Where(f => f.Value.Contains("sig=", StringComparison.Ordinal)).ShouldHaveSingleItem();
        files[$"/etc/systemd/system/{InterruptionAgent.Unit}"]
            .ShouldContain("EnvironmentFile=/opt/hybridllm/interruption.env");
        urls.ToString().ShouldNotContain("sig=");
    }

    private async Task<LaunchedNode> LaunchAsync(WireCluster cluster)
    {
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);
        await WaitAsync(() => Task.FromResult(Cloud.Instances.Single().State == "running"), agent: null);
        return node;
    }

    private Process Start(string instanceId, InterruptionUrls urls)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-s");
        start.Environment["HYBRIDLLM_IMDS"] = new Uri(Cloud.Endpoint, $"imds/{instanceId}").AbsoluteUri;
        start.Environment["HYBRIDLLM_EVERY"] = "0.1";
        start.Environment["HYBRIDLLM_NOTICE_URL"] = urls.Notice.AbsoluteUri;
        start.Environment["HYBRIDLLM_REBALANCE_URL"] = urls.Rebalance.AbsoluteUri;
        var process = Process.Start(start)!;
        process.StandardInput.Write(InterruptionAgent.Script);
        process.StandardInput.Close();
        return process;
    }

    private async Task WaitAsync(Func<Task<bool>> done, Process? agent)
    {
        while (!await done())
        {
            agent?.HasExited.ShouldBe(false);
            await Task.Delay(TimeSpan.FromSeconds(5), Cloud.Time, Token);
        }
    }
}
