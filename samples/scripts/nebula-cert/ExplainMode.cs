using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;

namespace NebulaCert;

/// <summary><c>explain</c>: may a packet go from one node to another, and if not, where does it end?</summary>
internal static class ExplainMode
{
    public static readonly Mode Mode = new(
        "explain",
        "says whether a packet gets from one node to another, and why",
        [
            new("from", "Required: configuration (file or folder) of the node it leaves"),
            new("to", "Required: configuration (file or folder) of the node it is to reach, or that routes for it"),
            new("from-addr", "Optional: where it comes from. Default: the first node's address"),
            new("to-addr", "Optional: where it goes. Default: the second node's address"),
            new("proto", "Optional: tcp, udp or icmp", "tcp"),
            new("port", "Optional: port it goes to", "0", FlagKind.Number),
        ],
        RunAsync
    );

    private static Task<int> RunAsync(Options options)
    {
        var (source, destination) = (Node(options.Required("from")), Node(options.Required("to")));
        MeshQuestion question = new()
        {
            From = Address(options, "from-addr", source),
            To = Address(options, "to-addr", destination),
            Protocol = options.Text("proto") switch
            {
                "tcp" => FirewallProtocol.Tcp,
                "udp" => FirewallProtocol.Udp,
                "icmp" => FirewallProtocol.Icmp,
                var other => throw new UsageException($"invalid -proto: {other}"),
            },
            Port = options.Number("port"),
        };

        var verdict = MeshSimulator.Explain(source, destination, question, TimeProvider.System.GetUtcNow());
        Console.WriteLine(verdict);
        return Task.FromResult(verdict.IsAllowed ? 0 : 1);
    }

    private static MeshNode Node(string path)
    {
        var config = NebulaConfigReader.Read(ConfigFiles.Read(path)).Config;
        return new MeshNode
        {
            Certificate = NebulaCertificate.ParseBundle(Text(config.Pki.Certificate)).MaxBy(c => c.Version)!,
            Authorities = CaPool.ParsePem(Text(config.Pki.Ca)),
            Config = config,
        };
    }

    private static string Text(string? pathOrPem) =>
        pathOrPem?.Contains("-----BEGIN", StringComparison.Ordinal) == true
            ? pathOrPem
            : File.ReadAllText(pathOrPem ?? throw new IOException("the configuration names no certificates"));

    private static IPAddress Address(Options options, string flag, MeshNode node) =>
        !options.Has(flag) ? node.Certificate.Networks[0].Address
        : IPAddress.TryParse(options.Text(flag), out var address) ? address
        : throw new UsageException($"invalid -{flag}: {options.Text(flag)}");
}
