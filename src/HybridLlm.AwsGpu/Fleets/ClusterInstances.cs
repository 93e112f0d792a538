namespace HybridLlm.AwsGpu.Fleets;

/// <summary>The instances of a cluster in one region: lists them and ends them.</summary>
public sealed class ClusterInstances
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(5);
    private readonly InstancePort _port;
    private readonly ResourceOwner _owner;
    private readonly TimeProvider _time;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="owner">Whose instances.</param>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    public ClusterInstances(AwsClients clients, ResourceOwner owner, string region)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentException.ThrowIfNullOrEmpty(region);
        _port = new InstancePort(clients, region);
        _owner = owner;
        _time = clients.Time;
    }

    /// <summary>
    /// Every instance of the owner, ended ones that EC2 still lists included. One launched seconds ago may be missing:
    /// absence from this list never means that an instance is gone.
    /// </summary>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="AwsCallException">AWS refuses the read or does not answer.</exception>
    public async Task<IReadOnlyList<InstanceStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        await _port.ListAsync(_owner, cancellationToken).ConfigureAwait(false);

    /// <summary>Ends instances of the owner; those that have ended, or are not the owner's, are passed over.</summary>
    /// <param name="instanceIds">EC2's ids.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instanceIds);
        var owned = await _port.ListAsync(_owner, cancellationToken).ConfigureAwait(false);
        var ending = owned
            .Where(i => i.Phase is not (InstancePhase.Terminated or InstancePhase.ShuttingDown))
            .Select(i => i.InstanceId)
            .Intersect(instanceIds)
            .ToList();
        if (ending.Count > 0)
        {
            await _port.TerminateAsync(ending, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until instances have ended, by asking every five seconds.</summary>
    /// <param name="instanceIds">EC2's ids.</param>
    /// <param name="timeout">Longest wait; GPU instances take one to three minutes.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>False when some have not ended by the timeout.</returns>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<bool> WaitForTerminatedAsync(
        IReadOnlyList<string> instanceIds,
        TimeSpan timeout,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(instanceIds);
        var giveUp = _time.GetUtcNow() + timeout;
        while (true)
        {
            var owned = await _port.ListAsync(_owner, cancellationToken).ConfigureAwait(false);
            var ended = owned
                .Where(i => instanceIds.Contains(i.InstanceId))
                .All(i => i.Phase == InstancePhase.Terminated);
            if (ended || _time.GetUtcNow() >= giveUp)
            {
                return ended;
            }

            await Task.Delay(s_pollEvery, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
