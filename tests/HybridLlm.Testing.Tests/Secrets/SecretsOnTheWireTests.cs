using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Testing.Tests.Secrets;

/// <summary>
/// Every byte between a cluster and AWS, and between its nodes and AWS, of a whole life, and every word it logs, prints and journals: none of the
/// secrets is in there, however it is dressed.
/// </summary>
public sealed class SecretsOnTheWireTests : IDisposable
{
    private const string Model = "llama3.2:1b";
    private readonly ScratchFolder _folder = new();
    private readonly SecretHunt _secrets = new();
    private readonly SecretHunt _publicThings = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_of_a_whole_life_is_on_the_wire_in_a_log_or_in_the_journal()
    {
        EmulatedWorldOptions options = new() { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 100) };
        ConcurrentBag<(NodeEmulator Node, NodeBoot Boot)> nodes = [];
        options.Nodes.Keys = MadeKeys;
        options.Guest = (mesh, instance) =>
        {
            NodeEmulator node = new(mesh, options.Nodes);
            nodes.Add((node, NodeUserData.Parse(instance.UserData.Span)));
            return node;
        };
        using Loggers loggers = new();
        StringBuilder said = new();
        await using var world = await EmulatedWorld.StartAsync(options, Token);
        await using TcpTap tap = new(world.Cloud.Endpoint);
        _secrets.Add("AWS secret access key", world.Cloud.SecretKey);

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
            ReadStateSecrets();
            foreach (var (node, boot) in nodes)
            {
                ReadNodeSecrets(node, boot);
            }

            said.Append(await cluster.StatusAsync(Token));
            await cluster.SleepAsync(cancellationToken: Token);
            said.Append(await cluster.DownAsync(cancellationToken: Token));
        }

        _secrets.Names.ShouldBe(ExpectedSecrets(), ignoreOrder: true);
        var heard = tap.Heard;
        heard.Sum(h => h.Length).ShouldBeGreaterThan(200_000);
        // What is public and travels sealed in the same wrappings is found, so the hunt looks where secrets would be.
        _publicThings.FindIn(heard).ShouldBe(_publicThings.Names, ignoreOrder: true);
        _secrets.FindIn(heard).ShouldBeEmpty();

        var words = Encoding.UTF8.GetBytes(string.Join('\n', loggers.Lines) + said);
        loggers.Lines.ShouldNotBeEmpty();
        _secrets.FindIn([words]).ShouldBeEmpty();
        var journal = await File.ReadAllBytesAsync(Path.Combine(_folder["state"], "journal.jsonl"), Token);
        _secrets.FindIn([journal]).ShouldBeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> ExpectedSecrets() =>
        [
            "AWS secret access key",
            "controller of the mesh",
            "mesh authority",
            .. new[] { "lighthouse", "gpu" }.SelectMany(role =>
                new[] { $"{role}: Nebula key", $"{role}: made Nebula key", $"{role}: mailbox key" }
            ),
            "gpu: k3s token",
            "gpu: kubeconfig",
            .. new[]
            {
                "server-ca",
                "client-ca",
                "request-header-ca",
                "etcd/peer-ca",
                "etcd/server-ca",
                "service",
            }.Select(k => $"gpu: k3s {k}"),
        ];

    /// <summary>Called once a node, the lighthouse first.</summary>
    private (X25519PrivateKey Nebula, X25519PrivateKey Mailbox) MadeKeys()
    {
        var role = _secrets.Names.Any(n => n.StartsWith("lighthouse", StringComparison.Ordinal)) ? "gpu" : "lighthouse";
        var (nebula, mailbox) = (X25519PrivateKey.Create(), X25519PrivateKey.Create());
        _secrets.Add($"{role}: made Nebula key", nebula.Export());
        _secrets.Add($"{role}: mailbox key", mailbox.Export());
        _publicThings.Add($"{role}: public mailbox key, in the request", mailbox.PublicKey.ToString());
        return (nebula, mailbox);
    }

    /// <summary>What the controller keeps: the mesh authority's key, its own, and the kubeconfig.</summary>
    private void ReadStateSecrets()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(_folder["state"], "secrets")))
        {
            var text = File.ReadAllText(path);
            if (text.Contains("client-key-data:", StringComparison.Ordinal))
            {
                var key = text.Split("client-key-data:")[1].Split('\n')[0].Trim(' ', '"');
                AddKey("gpu: kubeconfig", Encoding.ASCII.GetString(Convert.FromBase64String(key)));
            }
            else if (text.Contains("ED25519 PRIVATE KEY", StringComparison.Ordinal))
            {
                _secrets.Add("mesh authority", PemBody(text).AsSpan(0, 32));
            }
            else if (text.Contains("X25519 PRIVATE KEY", StringComparison.Ordinal))
            {
                _secrets.Add("controller of the mesh", PemBody(text));
            }
            else
            {
                text.ShouldNotContain("PRIVATE KEY", customMessage: $"{path} holds a key this test does not know");
            }
        }
    }

    private void ReadNodeSecrets(NodeEmulator node, NodeBoot boot)
    {
        var role = boot.Role == NodeRole.Gpu ? "gpu" : "lighthouse";
        var files = node.Files!;
        _secrets.Add($"{role}: Nebula key", PemBody(files.ReadText("/etc/nebula/host.key")!));
        // It stands in the user data only, which is zipped, in base64, and percent-encoded.
        _publicThings.Add($"{role}: controller's public key, in the user data", boot.ControllerKey.ToString());
        foreach (
            var path in files.Paths.Where(p =>
                p.Contains("/server/tls/", StringComparison.Ordinal) && p.EndsWith(".key", StringComparison.Ordinal)
            )
        )
        {
            var name = path[(path.IndexOf("/tls/", StringComparison.Ordinal) + 5)..^4];
            AddKey($"{role}: k3s {name}", files.ReadText(path)!);
        }

        if (files.ReadText("/etc/rancher/k3s/token") is { } token)
        {
            _secrets.Add("gpu: k3s token", token.Trim());
            _secrets.Add("gpu: k3s token", Convert.FromHexString(token.Trim()));
        }
    }

    private void AddKey(string name, string pem)
    {
        if (pem.Contains("RSA", StringComparison.Ordinal))
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            var parameters = rsa.ExportParameters(includePrivateParameters: true);
            _secrets.Add(name, parameters.D);
            _secrets.Add(name, parameters.P);
            return;
        }

        using var ec = ECDsa.Create();
        ec.ImportFromPem(pem);
        _secrets.Add(name, ec.ExportParameters(includePrivateParameters: true).D);
    }

    private static byte[] PemBody(string pem) =>
        Convert.FromBase64String(string.Concat(pem.Split('\n').Where(l => !l.StartsWith('-')).Select(l => l.Trim())));

    private sealed class Loggers : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose() { }
    }
}
