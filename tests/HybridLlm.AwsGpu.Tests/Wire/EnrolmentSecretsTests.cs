using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Fleets;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>An enrolment byte for byte: neither side's key of the wake, nor what the reply carries, is on the wire.</summary>
public sealed class EnrolmentSecretsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_key_of_an_enrolment_and_nothing_of_its_reply_is_on_the_wire()
    {
        await using EmulatorBackend backend = new();
        var endpoint = await backend.StartAsync();
        await using TcpTap tap = new(endpoint.Url);
        using WireCluster cluster = new(
            endpoint with
            {
                Url = tap.Endpoint,
            },
            backend.Answered,
            WireCluster.NewOwner("lab")
        );
        using var controller = X25519PrivateKey.Create();
        using var nebula = X25519PrivateKey.Create();
        using var mailboxKey = X25519PrivateKey.Create();
        const string token = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        SecretHunt secrets = new();
        secrets.Add("controller's key of the wake", controller.Export());
        secrets.Add("node's Nebula key", nebula.Export());
        secrets.Add("node's mailbox key", mailboxKey.Export());
        secrets.Add("join token", token);
        secrets.Add("AWS secret access key", endpoint.AccessKey.Secret);
        SecretHunt publicThings = new();
        publicThings.Add("controller's public key, in the user data", controller.PublicKey.ToString());
        publicThings.Add("node's public key, in the request", nebula.PublicKey.ToString());

        var network = await cluster.BuildNetworkAsync();
        Mailbox mailbox = new(cluster.Clients, await cluster.BuildBucketAsync(), WireCluster.Region);
        var urls = await mailbox.OpenAsync("wake-1", Token);
        var intent = await cluster.NewIntentAsync(network);
        NodeBoot boot = new()
        {
            WakeId = "wake-1",
            Role = NodeRole.Gpu,
            ControllerKey = controller.PublicKey,
            RequestUrl = urls.Request,
            ReplyUrl = urls.Reply,
            ReportUrl = urls.Report,
            BootDeadline = intent.LeaseUntil,
            LastMoment = intent.ExpiresAt,
        };
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(
            intent with
            {
                UserData = NodeUserData.Render(boot),
            },
            Token
        );
        var request = NodeRequest.Create(boot, nebula, mailboxKey.PublicKey, "MIAGCSqGSIb3DQEHAqCA");
        using HttpClient http = new();
        using HttpRequestMessage put = new(HttpMethod.Put, urls.Request)
        {
            Content = new ByteArrayContent(request.Bytes.ToArray()),
        };
        put.Headers.TryAddWithoutValidation("If-None-Match", "*");
        (await http.SendAsync(put, Token)).EnsureSuccessStatusCode();
        var read = (await mailbox.ReadRequestAsync("wake-1", Token)).ShouldNotBeNull();
        var payload = new NodePayload([new NodeFile("/etc/rancher/k3s/token", token)], []).ToTar(intent.LeaseUntil);
        await mailbox.ReplyAsync("wake-1", SealedReply.Seal(payload, read, node.InstanceId, controller), Token);
        var reply = await http.GetByteArrayAsync(urls.Reply, Token);
        SealedReply.Open(reply, request, node.InstanceId, controller.PublicKey, mailboxKey).ShouldBe(payload);
        await mailbox.CloseAsync("wake-1", Token);
        await cluster.TearDownAsync();

        var heard = tap.Heard;
        publicThings.FindIn(heard).ShouldBe(publicThings.Names, ignoreOrder: true);
        secrets.FindIn(heard).ShouldBeEmpty();
        // And had the payload gone unsealed, it would have been found.
        secrets.FindIn([payload]).ShouldBe(["join token"]);
    }
}
