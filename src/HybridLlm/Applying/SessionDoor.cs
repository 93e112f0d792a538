using HybridLlm.AwsGpu;
using HybridLlm.Journals;

namespace HybridLlm.Applying;

/// <summary>
/// The one session of a cluster, opened when it is first needed: until then the state folder is nobody's, and what reads AWS without it needs
/// no lock.
/// </summary>
internal sealed class SessionDoor(HybridClusterSurroundings surroundings, AwsClients aws, ClusterEvents events)
    : IAsyncDisposable
{
    private static readonly TimeSpan s_draining = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _opening = new(1, 1);
    private HybridClusterSurroundings _surroundings = surroundings;

    /// <summary>Whether it has been closed for good.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The session; null while it has not been opened.</summary>
    public ClusterSession? Session { get; private set; }

    public async Task<ClusterSession> OpenAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsClosed, typeof(HybridCluster));
        if (Session is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Session ??= await ClusterSession
                .OpenAsync(_surroundings, aws, events, s_draining, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Opens it in the name of an owner whose state is lost.</summary>
    /// <exception cref="OwnedElsewhereException">The state folder is another owner's.</exception>
    public async Task<ClusterSession> OpenAsAsync(Guid ownerId, CancellationToken cancellationToken)
    {
        await CloseUnownedAsync(cancellationToken).ConfigureAwait(false);
        _surroundings = _surroundings with { Adopt = ownerId };
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return session.Context.Owner.OwnerId == ownerId
            ? session
            : throw new OwnedElsewhereException(_surroundings.StateFolder, $"{session.Context.Owner.OwnerId}");
    }

    public async ValueTask DisposeAsync()
    {
        IsClosed = true;
        if (Session is { } session)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }

        _opening.Dispose();
    }

    /// <summary>Closes a session that has made nothing yet, so that the next one may be somebody else's.</summary>
    private async Task CloseUnownedAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Session is { Context.Journal.Memory.OwnerId: null } unowned)
            {
                Session = null;
                await unowned.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }
    }
}
