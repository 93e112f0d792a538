namespace HybridLlm.Waking;

/// <summary>
/// Nodes that EC2 is about to take and that still answer: each is given back when its last answer has left it. Its driver's lock
/// guards it.
/// </summary>
internal sealed class LeavingNodes(IBurst burst, ClusterEvents events) : IAsyncDisposable
{
    private readonly List<GpuNode> _nodes = [];
    private readonly HashSet<string> _known = [];
    private readonly List<Task> _givingBack = [];
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>Completes when everything that is being given back now has been, or could not be.</summary>
    public Task Settled => Task.WhenAll(_givingBack);

    /// <summary>A node begins to leave; its answers are told. One without an answer is given back at once.</summary>
    public void Add(GpuNode node)
    {
        _nodes.Add(node);
        _known.Add(node.WakeId);
        node.MarkDraining();
        GiveBackIfFree(node);
    }

    /// <summary>Whether a node leaves or has left: what is heard of it concerns its successor no more.</summary>
    public bool Knew(string wakeId) => _known.Contains(wakeId);

    public void MarkLost(string wakeId) => _nodes.Find(n => n.WakeId == wakeId)?.MarkLost();

    public void MarkLost() => _nodes.ForEach(n => n.MarkLost());

    /// <summary>An answer has let go of a node; false when it is none that leaves.</summary>
    public bool Released(GpuNode node)
    {
        if (!_nodes.Contains(node))
        {
            return false;
        }

        GiveBackIfFree(node);
        return true;
    }

    /// <summary>Everything rented has been given back, these with it.</summary>
    public void Clear() => _nodes.Clear();

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        await Settled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _nodes.ForEach(n => n.Dispose());
        _disposed.Dispose();
    }

    private void GiveBackIfFree(GpuNode node)
    {
        if (node.Leases == 0)
        {
            _nodes.Remove(node);
            _givingBack.RemoveAll(t => t.IsCompleted);
            _givingBack.Add(Task.Run(() => GiveBackAsync(node)));
        }
    }

    private async Task GiveBackAsync(GpuNode node)
    {
        try
        {
            await burst.GiveBackAsync(node, _disposed.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!_disposed.IsCancellationRequested)
        {
            events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Sleep,
                $"{node.WakeId} is not given back yet and goes when the GPU sleeps: {e.Message}"
            );
        }
        finally
        {
            node.Dispose();
        }
    }
}
