using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Users;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;

namespace HybridLlm.Testing.Tests.Secrets;

/// <summary>
/// A life in which a GPU cluster joins the homelab: tokens and keys of k3s, of Liqo, of both API servers' users and of a peering user are on no
/// wire to AWS, in clear on none to the homelab, in no word, and none of one side's lies on the other.
/// </summary>
public sealed class FederatedSecretsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly LifeSecrets _life = new();
    private readonly SecretHunt _homelab = new();
    private readonly SecretHunt _rented = new();
    private EmulatedCluster? _gpu;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_of_a_federated_life_is_on_a_wire_in_a_word_or_on_the_other_side()
    {
        EmulatedWorldOptions options = new()
        {
            // TLS goes by the machine's clock: authorities made in this world must hold in the real one too.
            Clock = new VirtualClock(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(3), speed: 100),
            HasHomelab = true,
        };
        _life.Watch(options);
        options.Nodes.Federated = (_, cluster) => _gpu = cluster;
        using RecordingLogs words = new();
        StringBuilder said = new();
        await using var world = await EmulatedWorld.StartAsync(options, Token);
        await using TcpTap aws = new(world.Cloud.Endpoint);
        await using TcpTap home = new(world.Homelab.Server);

        // A ServiceAccount's way in: a bearer token, sent with every request.
        var kubeconfig = world.Homelab.CreateTokenKubeconfig(
            "system:serviceaccount:hybridllm:controller",
            "system:masters"
        );
        var token = After(kubeconfig, "token: ");
        _homelab.Add("homelab: ServiceAccount token", token);
        await File.WriteAllTextAsync(
            _folder["kubeconfig"],
            kubeconfig.Replace($":{world.Homelab.Server.Port}", $":{home.Endpoint.Port}", StringComparison.Ordinal),
            Token
        );
        AddKubeconfigKey(_homelab, "homelab: administrator", world.Homelab.AdminKubeconfig);

        await using (
            var cluster = _life
                .Cluster(world, aws, _folder["state"], words)
                .WithFederation(_folder["kubeconfig"])
                .Build()
        )
        {
            Heard heard = new(said);
            said.Append(await cluster.PlanAsync(Token)).Append((await cluster.PlanAsync(Token)).ToJson());
            await cluster.UpAsync(heard, Token);
            await cluster.WakeAsync(heard, Token);
            await cluster.ChatClient.GetResponseAsync("Why?", new ChatOptions { MaxOutputTokens = 5 }, Token);
            _life.Read(_folder["state"]);

            said.Append(await GiveOutAsync(words));
            ReadSecrets(_homelab, "homelab", world.Homelab);
            ReadSecrets(_rented, "GPU cluster", _gpu!);
            NothingOfTheOtherSide(world.Homelab, _gpu!);
            said.Append(await cluster.StatusAsync(Token));
            await cluster.SleepAsync(heard, Token);
            said.Append(await cluster.DownAsync(progress: heard, cancellationToken: Token));
        }

        SecretHunt[] all = [_life.Secrets, _homelab, _rented];
        foreach (var hunt in all)
        {
            hunt.Names.ShouldNotBeEmpty();
            hunt.FindIn(aws.Heard).ShouldBeEmpty();
            hunt.FindIn(home.Heard).ShouldBeEmpty();
            hunt.FindIn([Encoding.UTF8.GetBytes(words.All + said)]).ShouldBeEmpty();
            hunt.FindIn([await File.ReadAllBytesAsync(Path.Combine(_folder["state"], "journal.jsonl"), Token)])
                .ShouldBeEmpty();
        }

        // The hunt looks where secrets would be: what is public is found there, and the token would be if its wire were in clear.
        _life.PublicThings.FindIn(aws.Heard).ShouldBe(_life.PublicThings.Names, ignoreOrder: true);
        home.Heard.Sum(h => h.Length).ShouldBeGreaterThan(100_000);
        home.Heard.Where(h => h.Length > 0)
            .ShouldAllBe(h => h[0] == 0x16, "each connection begins with a TLS handshake");
        _homelab
            .FindIn([Encoding.UTF8.GetBytes($"GET /api HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n")])
            .ShouldBe(["homelab: ServiceAccount token"]);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A peering user of the rented cluster, as an operator would give one out; its key is made here.</summary>
    private async Task<string> GiveOutAsync(RecordingLogs words)
    {
        using var connection = ClusterConnection.FromKubeconfig(
            _gpu!.AdminKubeconfig,
            new ClusterConnectionOptions { LoggerFactory = words }
        );
        PeeringUsers users = new(await LiqoCluster.ConnectAsync(connection, cancellationToken: Token));
        var plan = await users.PlanAsync("guest", cancellationToken: Token);
        var user = await users.GenerateAsync("guest", cancellationToken: Token);
        AddKubeconfigKey(_rented, "GPU cluster: peering user", user.Kubeconfig);
        return $"{plan}{user}";
    }

    /// <summary>What one API server holds of its own is found there, and nothing of it on the other.</summary>
    private void NothingOfTheOtherSide(EmulatedCluster homelab, EmulatedCluster gpu)
    {
        var (atHome, away) = (Contents(homelab), Contents(gpu));
        _homelab.FindIn(atHome).ShouldContain("homelab: Secret liqo/authentication-keys");
        _rented.FindIn(away).ShouldContain("GPU cluster: Secret liqo/authentication-keys");
        _homelab.FindIn(away).ShouldBeEmpty();
        _rented.FindIn(atHome).ShouldBeEmpty();
        _life.Secrets.FindIn(atHome).ShouldBeEmpty();
    }

    /// <summary>Every private key a cluster's Secrets hold, in kubeconfigs too.</summary>
    private static void ReadSecrets(SecretHunt hunt, string side, EmulatedCluster cluster)
    {
        foreach (
            var (key, json) in cluster.Listing().Where(o => o.Key.StartsWith("v1 Secret ", StringComparison.Ordinal))
        )
        {
            var name = $"{side}: Secret {key["v1 Secret ".Length..]}";
            foreach (
                var value in JsonNode.Parse(json)?["data"]?.AsObject().Select(d => d.Value!.GetValue<string>()) ?? []
            )
            {
                var text = Encoding.UTF8.GetString(Convert.FromBase64String(value));
                if (text.Contains("client-key-data:", StringComparison.Ordinal))
                {
                    AddKubeconfigKey(hunt, name, text);
                }
                else if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
                {
                    LifeSecrets.AddKey(hunt, name, text);
                }
            }
        }
    }

    private static void AddKubeconfigKey(SecretHunt hunt, string name, string kubeconfig) =>
        LifeSecrets.AddKey(
            hunt,
            name,
            Encoding.ASCII.GetString(Convert.FromBase64String(After(kubeconfig, "client-key-data:")))
        );

    private static string After(string text, string word) => text.Split(word)[1].Split('\n')[0].Trim(' ', '"');

    private static List<byte[]> Contents(EmulatedCluster cluster) =>
        [.. cluster.Listing().Values.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Every word the cluster tells.</summary>
    private sealed class Heard(StringBuilder said) : IProgress<ClusterEvent>
    {
        public void Report(ClusterEvent value)
        {
            lock (said)
            {
                said.Append(value).Append('\n');
            }
        }
    }
}
