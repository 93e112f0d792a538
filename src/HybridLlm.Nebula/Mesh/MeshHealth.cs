namespace HybridLlm.Nebula.Mesh;

/// <summary>
/// Looks at a mesh from inside: reaches every lighthouse, asks each where every host is, compares the answers, and goes there. Reads
/// only, except that each question makes a lighthouse ask the host to open its NAT.
/// </summary>
public static class MeshHealth
{
    /// <summary>Looks once.</summary>
    /// <param name="identity">Who looks.</param>
    /// <param name="spec">What to look at.</param>
    /// <param name="time">Tells now and waits.</param>
    /// <param name="options">How patient to be; null for nebula's own patience.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NebulaValidationException">The probe has an address of a node it is to look at.</exception>
    public static async Task<HealthReport> CheckAsync(
        ProbeIdentity identity,
        HealthSpec spec,
        TimeProvider time,
        ProbeOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(time);
        NebulaValidationException.ThrowIfAny("The check", [.. OwnedAddresses(identity, spec)]);

        MeshProbe probe = new(identity, time, options);
        await using (probe.ConfigureAwait(false))
        {
            HealthVisit visit = new(probe, spec, time.GetUtcNow());
            try
            {
                var lighthouses = await Task.WhenAll(
                        spec.Lighthouses.Select(l => visit.ReachLighthouseAsync(l, cancellationToken))
                    )
                    .ConfigureAwait(false);
                var hosts = await Task.WhenAll(spec.Hosts.Select(h => visit.ReachHostAsync(h, cancellationToken)))
                    .ConfigureAwait(false);
                return new HealthReport(visit.Now, lighthouses, hosts);
            }
            finally
            {
                await visit.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static IEnumerable<NebulaFault> OwnedAddresses(ProbeIdentity identity, HealthSpec spec) =>
        spec
            .Lighthouses.Select(l => l.Address)
            .Concat(spec.Hosts)
            .Where(a => identity.Certificate.Networks.Any(n => n.Address.Equals(a)))
            .Select(a => new NebulaFault(
                "probe-address",
                $"The probe has the address {a} of a node it is to look at, and would take over that node's tunnels.",
                "Issue the probe a certificate with an address of its own."
            ));
}
