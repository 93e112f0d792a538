using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Mesh;

namespace NebulaCert;

/// <summary><c>probe</c>: makes a tunnel to a node without a device or root, pings it, asks it for hosts, and closes it.</summary>
internal static class ProbeMode
{
    public static readonly Mode Mode = new(
        "probe",
        "HOST:PORT...: shakes hands with nodes and pings them. needs a certificate of its own, in the group probe",
        [
            new("ca", "Required: path of the trusted CA certificates"),
            new("crt", "Required: path of the probe's certificate"),
            new("key", "Required: path of the probe's key"),
            new("cipher", "Optional: the mesh's cipher, aes or chachapoly", "aes"),
            new("query", "Optional: overlay address to ask the (lighthouse) nodes for"),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        ProbeIdentity identity = new(
            NebulaCertificate.ParsePem(await Files.ReadAsync(options.Required("crt"))),
            HostKeyPair.ParsePem(await Files.ReadAsync(options.Required("key"))),
            CaPool.ParsePem(await Files.ReadAsync(options.Required("ca"))),
            options.Text("cipher") switch
            {
                "aes" => NebulaCipher.Aes,
                "chachapoly" => NebulaCipher.ChaChaPoly,
                var other => throw new UsageException($"invalid -cipher: {other}"),
            }
        );
        var query = options.Text("query") is { Length: > 0 } text
            ? IPAddress.TryParse(text, out var address)
                ? address
                : throw new UsageException($"invalid -query: {text}")
            : null;
        if (options.Rest.Count == 0)
        {
            throw new UsageException("an endpoint (host:port) is required");
        }

        await using MeshProbe probe = new(identity, TimeProvider.System);
        var isGood = true;
        foreach (var endpoint in options.Rest.Select(NebulaEndpoint.Parse))
        {
            foreach (var target in await Dns.GetHostAddressesAsync(endpoint.Host))
            {
                isGood &= await ProbeAsync(probe, new IPEndPoint(target, endpoint.Port), query);
            }
        }

        return isGood ? 0 : 1;
    }

    private static async Task<bool> ProbeAsync(MeshProbe probe, IPEndPoint endpoint, IPAddress? query)
    {
        var result = await probe.ConnectAsync(endpoint);
        if (result.Tunnel is not { } tunnel)
        {
            Console.WriteLine($"{endpoint}: {result.Failure}: {result.Fault}");
            return false;
        }

        await using (tunnel)
        {
            var ping = await tunnel.PingAsync();
            Console.WriteLine(
                $"{endpoint}: {tunnel.Peer}, {(ping is { } time ? $"{time.TotalMilliseconds:0.0} ms" : "no answer to a ping")}"
            );
            if (query is null)
            {
                return ping is not null;
            }

            var found = await tunnel.QueryHostAsync(query);
            Console.WriteLine(
                $"{endpoint}: {query} is {(found is null ? "unknown" : $"at {string.Join(", ", found)}")}"
            );
            return ping is not null && found is not null;
        }
    }
}
