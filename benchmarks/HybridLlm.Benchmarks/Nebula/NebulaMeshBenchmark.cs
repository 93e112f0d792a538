using System.Net;
using BenchmarkDotNet.Attributes;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Benchmarks.Nebula;

/// <summary>Everything for a whole mesh: addresses, keys, certificates, configurations, files in memory.</summary>
[MemoryDiagnoser]
public class NebulaMeshBenchmark
{
    [Params(1_000, 4_000)]
    public int Hosts { get; set; }

    [Benchmark]
    public Task<long> BuildAsync() => BuildAsync(Hosts);

    /// <returns>Characters in all files.</returns>
    internal static async Task<long> BuildAsync(int hosts)
    {
        var sample = await NebulaSample.CreateAsync(NebulaCurve.Curve25519);
        var begin = sample.Authority.Certificate.NotBefore;
        MeshNetworkSpec network = new()
        {
            Range = NebulaPrefix.Parse("10.0.0.0/8"),
            Members =
            [
                new MeshMember { Name = "lighthouse", Role = MeshRole.Lighthouse },
                .. Enumerable.Range(0, hosts).Select(i => new MeshMember { Name = $"host-{i}", Role = MeshRole.Host }),
            ],
        };
        var plan = MeshNetworkPlanner.Plan(network, AddressLedger.Empty, begin);
        StaticHost lighthouse = new(
            plan["lighthouse"].Networks[0].Address,
            [new NebulaEndpoint(IPAddress.Loopback.ToString(), NodeConfigPlanner.DefaultPort)]
        );

        var characters = 0L;
        foreach (var assignment in plan.Assignments)
        {
            var key = HostKeyPair.Generate();
            HostBundle bundle = new()
            {
                Authorities = [sample.Authority.Certificate],
                Certificates = [await sample.Authority.IssueAsync(assignment.CertificateRequest(key.PublicKey, begin))],
                Key = key,
                Config = NodeConfigPlanner.Plan(
                    new NodeConfigSpec
                    {
                        Role = assignment.Member.Role,
                        Pki = HostBundle.PkiIn("/etc/nebula"),
                        Lighthouses = [lighthouse],
                    }
                ),
            };
            characters += bundle.Files().Sum(f => (long)f.Content.Length);
        }

        return characters;
    }
}
