using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Rotation;

namespace HybridLlm.Nebula.Mesh;

/// <summary>One look at a mesh: keeps the tunnels to lighthouses while hosts are asked for.</summary>
internal sealed class HealthVisit(MeshProbe probe, HealthSpec spec, DateTimeOffset now) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IPAddress, ProbeTunnel> _lighthouses = new();

    public DateTimeOffset Now => now;

    public async Task<NodeHealth> ReachLighthouseAsync(StaticHost lighthouse, CancellationToken cancellationToken)
    {
        var endpoints = await ResolveAsync(lighthouse.Endpoints, cancellationToken).ConfigureAwait(false);
        var (health, tunnel) = await ReachAsync(lighthouse.Address, endpoints, cancellationToken).ConfigureAwait(false);
        if (tunnel is not null)
        {
            _lighthouses[lighthouse.Address] = tunnel;
        }

        return health;
    }

    public async Task<NodeHealth> ReachHostAsync(IPAddress host, CancellationToken cancellationToken)
    {
        var answers = await AskAsync(host, cancellationToken).ConfigureAwait(false);
        var endpoints = answers.Values.OfType<IReadOnlyList<IPEndPoint>>().SelectMany(e => e).Distinct().ToList();
        if (endpoints.Count == 0)
        {
            return new NodeHealth
            {
                Address = host,
                Answers = answers,
                Faults =
                [
                    new NebulaFault(
                        "health-unknown-host",
                        $"None of {answers.Count} reachable lighthouses knows {AddressText.Format(host)}.",
                        "Check that nebula runs there, and that it lists these lighthouses."
                    ),
                ],
            };
        }

        var (health, tunnel) = await ReachAsync(host, endpoints, cancellationToken).ConfigureAwait(false);
        if (tunnel is not null)
        {
            await tunnel.DisposeAsync().ConfigureAwait(false);
        }

        return health with
        {
            Answers = answers,
            Faults = [.. health.Faults, .. Disagreement(host, answers)],
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tunnel in _lighthouses.Values)
        {
            await tunnel.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<Dictionary<IPAddress, IReadOnlyList<IPEndPoint>?>> AskAsync(
        IPAddress host,
        CancellationToken cancellationToken
    )
    {
        Dictionary<IPAddress, IReadOnlyList<IPEndPoint>?> answers = [];
        foreach (var (address, tunnel) in _lighthouses)
        {
            answers[address] = await tunnel.QueryHostAsync(host, cancellationToken).ConfigureAwait(false);
        }

        return answers;
    }

    /// <summary>Tries every endpoint at once; the first that answers with the right certificate counts.</summary>
    private async Task<(NodeHealth Health, ProbeTunnel? Tunnel)> ReachAsync(
        IPAddress address,
        IReadOnlyList<IPEndPoint> endpoints,
        CancellationToken cancellationToken
    )
    {
        var results = await Task.WhenAll(endpoints.Select(e => probe.ConnectAsync(e, cancellationToken)))
            .ConfigureAwait(false);
        var tunnel = results
            .Select(r => r.Tunnel)
            .OfType<ProbeTunnel>()
            .FirstOrDefault(t => t.Peer.Networks.Any(n => n.Address.Equals(address)));
        foreach (var other in results.Select(r => r.Tunnel).OfType<ProbeTunnel>().Where(t => t != tunnel))
        {
            await other.DisposeAsync().ConfigureAwait(false);
        }

        if (tunnel is null)
        {
            return (new NodeHealth { Address = address, Faults = [.. WhyNot(address, results)] }, null);
        }

        var roundTrip = await tunnel.PingAsync(cancellationToken).ConfigureAwait(false);
        var outlook = Outlook(tunnel.Peer);
        NodeHealth health = new()
        {
            Address = address,
            Endpoint = tunnel.Endpoint,
            RoundTrip = roundTrip,
            Certificate = outlook,
            Faults = [.. Ends(outlook), .. Silence(address, roundTrip)],
        };
        return (health, tunnel);
    }

    private static IEnumerable<NebulaFault> WhyNot(IPAddress address, ProbeResult[] results)
    {
        var strangers = results.Select(r => r.Tunnel?.Peer).OfType<NebulaCertificate>().ToList();
        foreach (var stranger in strangers)
        {
            yield return new NebulaFault(
                "health-other-host",
                $"Where {AddressText.Format(address)} should be, '{stranger.Name}' ({string.Join(", ", stranger.Networks)}) answers.",
                "Correct static_host_map, or restart the host so that it reports where it is now."
            );
        }

        foreach (var fault in results.Select(r => r.Fault).OfType<NebulaFault>())
        {
            yield return fault;
        }

        if (results.Length == 0)
        {
            yield return new NebulaFault(
                "health-no-endpoint",
                $"{AddressText.Format(address)} has no endpoint that resolves to an address.",
                "Give an address, or check DNS."
            );
        }
    }

    private static IEnumerable<NebulaFault> Silence(IPAddress address, TimeSpan? roundTrip)
    {
        if (roundTrip is null)
        {
            yield return new NebulaFault(
                "health-no-ping",
                $"{AddressText.Format(address)} made a tunnel but answers no ping.",
                "Check for packet loss, and that its clock is right."
            );
        }
    }

    private static IEnumerable<NebulaFault> Ends(ExpiryOutlook outlook)
    {
        if (outlook.Urgency != ExpiryUrgency.Fine)
        {
            yield return new NebulaFault(
                "health-certificate",
                $"The certificate of '{outlook.Certificate.Name}' ends {outlook.Certificate.NotAfter:u}.",
                outlook.Advice
            );
        }
    }

    private static IEnumerable<NebulaFault> Disagreement(
        IPAddress host,
        Dictionary<IPAddress, IReadOnlyList<IPEndPoint>?> answers
    )
    {
        var silent = answers.Where(a => a.Value is null).Select(a => AddressText.Format(a.Key)).ToList();
        if (silent.Count > 0)
        {
            yield return new NebulaFault(
                "health-lighthouses-differ",
                $"Lighthouses that do not know {AddressText.Format(host)}, while others do: {string.Join(", ", silent)}.",
                "List every lighthouse in the host's lighthouse.hosts."
            );
        }
    }

    private ExpiryOutlook Outlook(NebulaCertificate certificate) =>
        ExpiryForecast.Of([certificate], spec.Renewal, now, spec.Horizon)[0];

    private static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(
        IReadOnlyList<NebulaEndpoint> endpoints,
        CancellationToken cancellationToken
    )
    {
        List<IPEndPoint> resolved = [];
        foreach (var endpoint in endpoints)
        {
            try
            {
                var addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken).ConfigureAwait(false);
                resolved.AddRange(addresses.Select(a => new IPEndPoint(a, endpoint.Port)));
            }
            catch (SocketException)
            {
                // A name nobody knows: the same as an endpoint that does not answer, and told so.
            }
        }

        return resolved;
    }
}
