namespace HybridLlm.Waking;

/// <summary>Requests that wait for a GPU. Their driver's lock guards it.</summary>
internal sealed class HeldRequests
{
    private readonly List<TaskCompletionSource<GpuNode>> _places = [];

    public TaskCompletionSource<GpuNode> Add()
    {
        TaskCompletionSource<GpuNode> place = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _places.Add(place);
        return place;
    }

    /// <summary>A request gives up; false when it does not wait any more.</summary>
    public bool Remove(TaskCompletionSource<GpuNode> place) => _places.Remove(place);

    /// <summary>Lets all of them through to a node.</summary>
    public void Release(GpuNode node)
    {
        node.Leases += _places.Count;
        _places.ForEach(p => p.SetResult(node));
        _places.Clear();
    }

    public void Fail(Exception why)
    {
        _places.ForEach(p => p.TrySetException(why));
        _places.Clear();
    }

    public void Cancel()
    {
        _places.ForEach(p => p.TrySetCanceled());
        _places.Clear();
    }
}
