using HybridLlm.AwsGpu.Fleets;

namespace HybridLlm.AwsGpu.Leases;

/// <summary>
/// Renews leases by writing the instance's tag <see cref="ResourceTags.LeaseUntil"/>, which the node reads through its
/// metadata: it works without mesh and Kubernetes, and needs no permission but CreateTags on that key.
/// </summary>
public sealed class LeaseKeeper
{
    private readonly LeasePort _port;
    private readonly LeasePolicy _policy;
    private readonly TimeProvider _time;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="region">Region of the nodes.</param>
    /// <param name="policy">When and how far leases are renewed; null takes the defaults.</param>
    public LeaseKeeper(AwsClients clients, string region, LeasePolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentException.ThrowIfNullOrEmpty(region);
        _port = new LeasePort(clients, region);
        _policy = policy ?? new LeasePolicy();
        _time = clients.Time;
    }

    /// <summary>Renews the lease if it is due.</summary>
    /// <param name="node">The node as last read or renewed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How far the lease reaches now.</returns>
    /// <exception cref="ArgumentException">The instance has no lease.</exception>
    /// <exception cref="AwsCallException">AWS refuses the call or does not answer; the old lease stands.</exception>
    public async Task<DateTimeOffset> RenewIfDueAsync(
        InstanceStatus node,
        CancellationToken cancellationToken = default
    )
    {
        var (leaseUntil, expiresAt) = LeaseOf(node);
        if (_policy.Decide(_time.GetUtcNow(), leaseUntil, expiresAt).RenewUntil is not { } until)
        {
            return leaseUntil;
        }

        await _port.WriteAsync(node.InstanceId, until, cancellationToken).ConfigureAwait(false);
        return until;
    }

    /// <summary>Keeps a node for some time from now, whether or not anything renews its lease meanwhile.</summary>
    /// <param name="node">The node as last read or renewed.</param>
    /// <param name="keepFor">How long; it is cut at the node's absolute end.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How far the lease reaches now; never less than before.</returns>
    /// <exception cref="ArgumentException">The instance has no lease.</exception>
    /// <exception cref="AwsCallException">AWS refuses the call or does not answer; the old lease stands.</exception>
    public async Task<DateTimeOffset> KeepForAsync(
        InstanceStatus node,
        TimeSpan keepFor,
        CancellationToken cancellationToken = default
    )
    {
        var (leaseUntil, expiresAt) = LeaseOf(node);
        var until = LeasePolicy.Extend(_time.GetUtcNow(), leaseUntil, expiresAt, keepFor);
        if (until > leaseUntil)
        {
            await _port.WriteAsync(node.InstanceId, until, cancellationToken).ConfigureAwait(false);
        }

        return until;
    }

    private static (DateTimeOffset LeaseUntil, DateTimeOffset ExpiresAt) LeaseOf(InstanceStatus node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node is { LeaseUntil: { } leaseUntil, ExpiresAt: { } expiresAt }
            ? (leaseUntil, expiresAt)
            : throw new ArgumentException(
                $"The instance {node.InstanceId} has no lease and expiry tags.",
                nameof(node)
            );
    }
}
