using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Nodes;

namespace HybridLlm.Testing.Tests.Secrets;

/// <summary>Collects the secrets of a cluster's life where they rightly are, and what is public and travels beside them.</summary>
internal sealed class LifeSecrets
{
    /// <summary>Ed25519's object identifier, and what stands before its 32 bytes, as PKCS#8 has them.</summary>
    private static readonly byte[] s_ed25519 = [0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    /// <summary>The object identifier of RSA, as PKCS#8 has it.</summary>
    private static readonly byte[] s_rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

    private const string Model = "llama3.2:1b";

    private readonly ConcurrentBag<(NodeEmulator Node, NodeBoot Boot)> _nodes = [];

    public SecretHunt Secrets { get; } = new();

    public SecretHunt PublicThings { get; } = new();

    /// <summary>Names of all secrets of a life without federation.</summary>
    public static IEnumerable<string> Expected { get; } =
    [
        "AWS secret access key",
        "controller of the mesh",
        "mesh authority",
        .. new[] { "lighthouse", "gpu" }.SelectMany(role =>
            new[] { $"{role}: Nebula key", $"{role}: made Nebula key", $"{role}: mailbox key" }
        ),
        "gpu: k3s token",
        "gpu: kubeconfig",
        .. new[] { "server-ca", "client-ca", "request-header-ca", "etcd/peer-ca", "etcd/server-ca", "service" }.Select(
            k => $"gpu: k3s {k}"
        ),
    ];

    /// <summary>Hands out keys in the world that is started with these options, and keeps an eye on its nodes.</summary>
    public void Watch(EmulatedWorldOptions options)
    {
        options.Nodes.Keys = MadeKeys;
        options.Guest = (mesh, instance) =>
        {
            NodeEmulator node = new(mesh, options.Nodes);
            _nodes.Add((node, NodeUserData.Parse(instance.UserData.Span)));
            return node;
        };
    }

    /// <summary>A cluster in that world, whose calls to AWS go through a tap.</summary>
    public HybridClusterBuilder Cluster(EmulatedWorld world, TcpTap aws, string state, RecordingLogs logs)
    {
        Secrets.Add("AWS secret access key", world.Cloud.SecretKey);
        return new HybridClusterBuilder("lab")
            .WithModel(Model)
            .WithSpotGpus("us-east-1")
            .WithBudget(perDay: 5)
            .WithLife(life => life with { BootDeadline = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) })
            .UseStateFolder(state)
            .UseEmulatedWorld(world, Model)
            .UseAws(options =>
            {
                options.ServiceUrl = aws.Endpoint;
                options.AccessKey = new AwsAccessKey(world.Cloud.AccessKey, world.Cloud.SecretKey);
            })
            .UseLoggers(logs);
    }

    /// <summary>What the controller keeps and its nodes made and were sent, while they live.</summary>
    public void Read(string state)
    {
        ReadState(state);
        foreach (var (node, boot) in _nodes)
        {
            ReadNode(node, boot);
        }
    }

    /// <summary>Called once a node, the lighthouse first.</summary>
    private (X25519PrivateKey Nebula, X25519PrivateKey Mailbox) MadeKeys()
    {
        var role = Secrets.Names.Any(n => n.StartsWith("lighthouse", StringComparison.Ordinal)) ? "gpu" : "lighthouse";
        var (nebula, mailbox) = (X25519PrivateKey.Create(), X25519PrivateKey.Create());
        Secrets.Add($"{role}: made Nebula key", nebula.Export());
        Secrets.Add($"{role}: mailbox key", mailbox.Export());
        PublicThings.Add($"{role}: public mailbox key, in the request", mailbox.PublicKey.ToString());
        return (nebula, mailbox);
    }

    /// <summary>What the controller keeps: the mesh authority's key, its own, and the kubeconfig.</summary>
    private void ReadState(string folder)
    {
        foreach (var path in Directory.GetFiles(Path.Combine(folder, "secrets")))
        {
            var text = File.ReadAllText(path);
            if (text.Contains("client-key-data:", StringComparison.Ordinal))
            {
                var key = text.Split("client-key-data:")[1].Split('\n')[0].Trim(' ', '"');
                AddKey(Secrets, "gpu: kubeconfig", Encoding.ASCII.GetString(Convert.FromBase64String(key)));
            }
            else if (text.Contains("ED25519 PRIVATE KEY", StringComparison.Ordinal))
            {
                Secrets.Add("mesh authority", PemBody(text).AsSpan(0, 32));
            }
            else if (text.Contains("X25519 PRIVATE KEY", StringComparison.Ordinal))
            {
                Secrets.Add("controller of the mesh", PemBody(text));
            }
            else
            {
                text.ShouldNotContain("PRIVATE KEY", customMessage: $"{path} holds a key this test does not know");
            }
        }
    }

    /// <summary>What a node made and was sent.</summary>
    private void ReadNode(NodeEmulator node, NodeBoot boot)
    {
        var role = boot.Role == NodeRole.Gpu ? "gpu" : "lighthouse";
        var files = node.Files!;
        Secrets.Add($"{role}: Nebula key", PemBody(files.ReadText("/etc/nebula/host.key")!));
        // It stands in the user data only, which is zipped, in base64, and percent-encoded.
        PublicThings.Add($"{role}: controller's public key, in the user data", boot.ControllerKey.ToString());
        foreach (
            var path in files.Paths.Where(p =>
                p.Contains("/server/tls/", StringComparison.Ordinal) && p.EndsWith(".key", StringComparison.Ordinal)
            )
        )
        {
            var name = path[(path.IndexOf("/tls/", StringComparison.Ordinal) + 5)..^4];
            AddKey(Secrets, $"{role}: k3s {name}", files.ReadText(path)!);
        }

        if (files.ReadText("/etc/rancher/k3s/token") is { } token)
        {
            Secrets.Add("gpu: k3s token", token.Trim());
            Secrets.Add("gpu: k3s token", Convert.FromHexString(token.Trim()));
        }
    }

    /// <summary>Looks for a private key, whatever its kind: by the numbers that make it one.</summary>
    public static void AddKey(SecretHunt hunt, string name, string pem)
    {
        var der = PemBody(pem);
        if (der.AsSpan().IndexOf(s_ed25519) is >= 0 and var at)
        {
            hunt.Add(name, der.AsSpan(at + s_ed25519.Length, 32));
            return;
        }

        if (pem.Contains("RSA", StringComparison.Ordinal) || der.AsSpan().IndexOf(s_rsa) >= 0)
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            var parameters = rsa.ExportParameters(includePrivateParameters: true);
            hunt.Add(name, parameters.D);
            hunt.Add(name, parameters.P);
            return;
        }

        using var ec = ECDsa.Create();
        ec.ImportFromPem(pem);
        hunt.Add(name, ec.ExportParameters(includePrivateParameters: true).D);
    }

    private static byte[] PemBody(string pem) =>
        Convert.FromBase64String(string.Concat(pem.Split('\n').Where(l => !l.StartsWith('-')).Select(l => l.Trim())));
}
