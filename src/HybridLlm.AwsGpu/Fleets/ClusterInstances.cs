namespace HybridLlm.AwsGpu.Fleets;

/// <summary>The instances of a cluster in one region: lists them and ends them.</summary>
public sealed class ClusterInstances
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestInvisible = TimeSpan.FromMinutes(1);
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

    /// <summary>
    /// Which instances of the owner run and have failed EC2's status checks for a while: they exist, are charged, and most likely serve nobody.
    /// </summary>
    /// <param name="forAtLeast">For how long; some minutes, as a check may fail in passing.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <returns>EC2's ids.</returns>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<IReadOnlyList<string>> ListImpairedAsync(
        TimeSpan forAtLeast,
        CancellationToken cancellationToken = default
    )
    {
        var running = (await _port.ListAsync(_owner, cancellationToken).ConfigureAwait(false))
            .Where(i => i.Phase == InstancePhase.Running)
            .Select(i => i.InstanceId)
            .ToList();
        var impaired =
            running.Count == 0 ? [] : await _port.ListImpairedAsync(running, cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        return [.. impaired.Where(i => i.Since + forAtLeast <= now).Select(i => i.InstanceId)];
    }

    /// <summary>
    /// Ends instances of the owner; those that have ended, or are not the owner's, are passed over. An id EC2 does not
    /// show yet is waited for up to a minute, so that a node can be ended as soon as its launch has been answered.
    /// </summary>
    /// <param name="instanceIds">EC2's ids.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(instanceIds);
        var visibleBy = _time.GetUtcNow() + s_longestInvisible;
        var waiting = instanceIds;
        while (waiting.Count > 0)
        {
            var found = await _port.FindAsync(_owner, waiting, cancellationToken).ConfigureAwait(false);
            List<string> ending =
            [
                .. found
                    .Where(i =>
                        i.IsOurs && i.Status.Phase is not (InstancePhase.Terminated or InstancePhase.ShuttingDown)
                    )
                    .Select(i => i.Status.InstanceId),
            ];
            if (ending.Count > 0)
            {
                await _port.TerminateAsync(ending, cancellationToken).ConfigureAwait(false);
            }

            waiting = [.. waiting.Except(found.Select(i => i.Status.InstanceId))];
            if (waiting.Count == 0 || _time.GetUtcNow() >= visibleBy)
            {
                return;
            }

            await Task.Delay(s_pollEvery, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits until instances have ended, by asking every five seconds. An id EC2 does not show for a minute ended long
    /// ago.
    /// </summary>
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
        var start = _time.GetUtcNow();
        while (true)
        {
            var found = await _port.FindAsync(_owner, instanceIds, cancellationToken).ConfigureAwait(false);
            var elapsed = _time.GetUtcNow() - start;
            var allKnown = found.Count == instanceIds.Distinct().Count() || elapsed >= s_longestInvisible;
            var ended = allKnown && found.TrueForAll(i => i.Status.Phase == InstancePhase.Terminated);
            if (ended || elapsed >= timeout)
            {
                return ended;
            }

            await Task.Delay(s_pollEvery, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
