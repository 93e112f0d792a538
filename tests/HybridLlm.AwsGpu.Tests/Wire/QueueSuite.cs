using Amazon.SQS.Model;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Interruptions.Sources;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Interruption events through a queue, and images by their public names.</summary>
public abstract class QueueSuite(IWireBackend backend) : WireSuite(backend)
{
    private const string Warning =
        """{"version":"0","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2","time":"2026-11-23T18:00:00Z","detail":{"instance-id":"i-0abc","instance-action":"terminate"}}""";

    [Fact]
    public async Task A_message_is_handed_on_and_deleted_and_one_without_use_only_deleted()
    {
        using var cluster = await ClusterAsync();
        var (queue, send) = await MakeQueueAsync(cluster);
        await send(Warning);
        await send("nonsense");
        List<InterruptionSignal> heard = [];

        for (var i = 0; i < 3; i++)
        {
            await queue.ReceiveAsync(Hear(heard), TimeSpan.Zero, Token);
        }

        heard.ShouldHaveSingleItem().InstanceId.ShouldBe("i-0abc");
        heard[0].EndsAt.ShouldBe(new DateTimeOffset(2026, 11, 23, 18, 2, 0, TimeSpan.Zero));
        cluster.Wire.Calls.Count(c => c == "DeleteMessage").ShouldBe(2);
        cluster.Wire.Calls.Count(c => c == "GetQueueUrl").ShouldBe(1);
    }

    [Fact]
    public async Task A_message_whose_handling_fails_stays_in_the_queue()
    {
        using var cluster = await ClusterAsync();
        var (queue, send) = await MakeQueueAsync(cluster);
        await send(Warning);

        await Should.ThrowAsync<InvalidOperationException>(() =>
            queue.ReceiveAsync((_, _) => throw new InvalidOperationException("busy"), TimeSpan.Zero)
        );

        cluster.Wire.Calls.ShouldNotContain("DeleteMessage");
    }

    [Fact]
    public async Task A_queue_that_is_not_there_is_told_with_what_to_do()
    {
        using var cluster = await ClusterAsync();

        var refused = await Should.ThrowAsync<AwsCallException>(() =>
            new QueuedInterruptions(cluster.Clients, WireCluster.Region, "nowhere").ReceiveAsync(
                Hear([]),
                TimeSpan.Zero
            )
        );

        refused.Kind.ShouldBe(AwsErrorKind.NotFound);
        refused.Remedy.ShouldContain("Prerequisites");
    }

    [Fact]
    public async Task An_image_is_found_by_its_public_name_or_else_by_owner_and_name()
    {
        using var cluster = await ClusterAsync();
        var query = AmiQuery.GpuNode(CpuArchitecture.X64);
        AmiResolver resolver = new(cluster.Clients);

        var named = await resolver.ResolveAsync(WireCluster.Region, query, Token);
        var searched = await resolver.ResolveAsync(WireCluster.Region, query with { ParameterName = null }, Token);
        var renamed = await resolver.ResolveAsync(
            WireCluster.Region,
            query with
            {
                ParameterName = "/aws/service/deeplearning/no-longer-called-so",
            },
            Token
        );

        named.ShouldBe(searched);
        renamed.ShouldBe(searched);
        cluster.Wire.Calls.Count(c => c == "GetParameter").ShouldBe(2);
    }

    private static async Task<(QueuedInterruptions Queue, Func<string, Task> Send)> MakeQueueAsync(WireCluster cluster)
    {
        var name = $"q-{cluster.Owner.OwnerId:n}";
        var sqs = cluster.Clients.Sqs(WireCluster.Region);
        var made = await sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = name }, Token);
        return (
            new QueuedInterruptions(cluster.Clients, WireCluster.Region, name),
            body => sqs.SendMessageAsync(new SendMessageRequest { QueueUrl = made.QueueUrl, MessageBody = body }, Token)
        );
    }

    private static Func<InterruptionSignal, CancellationToken, Task> Hear(List<InterruptionSignal> heard) =>
        (signal, _) =>
        {
            heard.Add(signal);
            return Task.CompletedTask;
        };
}
