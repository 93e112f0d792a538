using System.Net;
using System.Text;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Nodes;
using HybridLlm.Waking;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>Strangers at the mailbox, over the wire: none gets an answer it can open, and what was rented goes.</summary>
public sealed class MailboxAttackTests : IAsyncDisposable
{
    private TestWorld? _world;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_instances_document_is_refused() =>
        (
            await FailedWakeAsync(
                async (node, instance) =>
                {
                    // The lighthouse is a machine of the same account, with a document AWS has really signed.
                    Uri elsewhere = new(instance.MetadataEndpoint, $"../{Lighthouse()}/");
                    await node.AskAsync(await Intruder.IdentityAsync(elsewhere));
                }
            )
        ).ShouldContain("its document is of instance");

    [Fact]
    public async Task A_replayed_document_of_an_earlier_wake_is_refused()
    {
        string? stolen = null;
        var error = await FailedWakeAsync(
            async (node, instance) =>
            {
                if (stolen is null)
                {
                    stolen = await Intruder.IdentityAsync(instance.MetadataEndpoint);
                    await instance.PowerOffAsync();
                    return;
                }

                // The wake began again with another instance, since this one was gone.
                await node.AskAsync(stolen);
            }
        );

        error.ShouldContain("its document is of instance");
    }

    [Fact]
    public async Task A_request_whose_keys_were_swapped_is_refused() =>
        (
            await FailedWakeAsync(
                async (node, instance) =>
                {
                    var honest = node.Request(await Intruder.IdentityAsync(instance.MetadataEndpoint));
                    using var thief = X25519PrivateKey.Create();
                    var swapped = Encoding
                        .ASCII.GetString(honest.Bytes)
                        .Replace(honest.MailboxKey.ToString(), thief.PublicKey.ToString(), StringComparison.Ordinal);
                    (await node.PutAsync(Encoding.ASCII.GetBytes(swapped))).ShouldBe(HttpStatusCode.OK);
                }
            )
        ).ShouldContain("does not hold the Nebula key");

    [Fact]
    public async Task What_is_no_request_is_refused() =>
        (
            await FailedWakeAsync(
                async (node, _) => (await node.PutAsync("let me in"u8.ToArray())).ShouldBe(HttpStatusCode.OK)
            )
        ).ShouldContain("six lines");

    [Fact]
    public async Task A_request_cannot_be_overwritten_and_a_later_version_does_not_count()
    {
        await StartAsync(
            async (node, instance) =>
            {
                var identity = await Intruder.IdentityAsync(instance.MetadataEndpoint);
                (await node.PutAsync(node.Request(identity).Bytes.ToArray())).ShouldBe(HttpStatusCode.OK);

                // The URL works once; without its signed header it does not work at all.
                (await node.PutAsync("second"u8.ToArray())).ShouldBe(HttpStatusCode.PreconditionFailed);
                (await node.PutAsync("second"u8.ToArray(), onlyIfNew: false)).ShouldBe(HttpStatusCode.Forbidden);

                // Somebody with the account's own credentials writes over it: the first version is the one that counts.
                await OverwriteAsync(node.Boot.RequestUrl, "second"u8.ToArray());
            }
        );
        await using var cluster = _world!.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var events = cluster.WatchAsync(Token);
        var waking = cluster.WakeAsync(cancellationToken: Token);

        await events.FirstAsync(e => e is { Stage: ClusterStages.Enrol, Kind: ClusterEventKind.Done }, Token);

        await cluster.DownAsync(cancellationToken: Token);
        await Should.ThrowAsync<OperationCanceledException>(waking);
    }

    [Fact]
    public async Task A_reply_of_a_strangers_making_is_not_opened_and_the_node_ends_itself()
    {
        _world = await TestWorld.StartAsync(options =>
            options.Guest = (mesh, instance) =>
            {
                var boot = NodeUserData.Parse(instance.UserData.Span);
                NodeEmulator honest = new(mesh);
                return boot.Role == NodeRole.Lighthouse
                    ? honest
                    : new Intruder((_, _) => AnswerFirstAsync(honest, boot, instance));
            }
        );
        await using var cluster = _world.Cluster();
        await cluster.UpAsync(cancellationToken: Token);

        var error = await Should.ThrowAsync<WakeFailedException>(() => cluster.WakeAsync(cancellationToken: Token));

        error.Message.ShouldContain("the reply was not sealed for this node");
        _world
            .World.Cloud.Instances.Where(i => i.State == "running")
            .Select(i => i.InstanceId)
            .ShouldBe([Lighthouse()]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }

    /// <summary>Wakes with a GPU node that attacks; returns why the wake failed, after making sure that nothing is left of it.</summary>
    private async Task<string> FailedWakeAsync(Func<Intruder, InstanceGuest, Task> attack)
    {
        await StartAsync(attack);
        await using var cluster = _world!.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var error = await Should.ThrowAsync<WakeFailedException>(() => cluster.WakeAsync(cancellationToken: Token));
        // Returns when what the wake rented has been given back.
        await cluster.SleepAsync(cancellationToken: Token);

        var alive = _world.World.Cloud.Instances.Where(i => i.State is "pending" or "running").ToList();
        alive.Select(i => i.InstanceId).ShouldBe([Lighthouse()]);
        _world.World.Cloud.Instances.SelectMany(i => i.GuestFailures).ShouldBeEmpty();
        return error.Message;
    }

    private async Task StartAsync(Func<Intruder, InstanceGuest, Task> attack) =>
        _world = await TestWorld.StartAsync(options =>
            options.Guest = (_, instance) =>
                NodeUserData.Parse(instance.UserData.Span).Role == NodeRole.Gpu ? new Intruder(attack) : null
        );

    private string Lighthouse() => _world!.World.Cloud.Instances.Single(i => i.Market == Market.OnDemand).InstanceId;

    /// <summary>A stranger with write access to the bucket answers the node before the controller does.</summary>
    private async Task AnswerFirstAsync(NodeEmulator node, NodeBoot boot, InstanceGuest instance)
    {
        using var stranger = X25519PrivateKey.Create();
        using var nebula = X25519PrivateKey.Create();
        using var mailbox = X25519PrivateKey.Create();
        var guessed = NodeRequest.Create(boot, nebula, mailbox.PublicKey, "MIIB");
        await OverwriteAsync(boot.ReplyUrl, SealedReply.Seal("a payload"u8, guessed, instance.InstanceId, stranger));
        await Should.ThrowAsync<NodeBootException>(() => node.RunAsync(instance, Token));
    }

    private async Task OverwriteAsync(Uri url, byte[] content)
    {
        using AwsClients aws = new(
            new AwsClientsOptions
            {
                ServiceUrl = _world!.World.Cloud.Endpoint,
                AccessKey = new AwsAccessKey(_world.World.Cloud.AccessKey, _world.World.Cloud.SecretKey),
            }
        );
        var path = url.AbsolutePath.TrimStart('/').Split('/', 2);
        await new ObjectStore(aws, "us-east-1", path[0]).PutAsync(path[1], content, Token);
    }
}
