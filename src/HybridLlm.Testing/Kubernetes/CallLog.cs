namespace HybridLlm.Testing.Kubernetes;

/// <summary>Every call so far. Thread-safe.</summary>
internal sealed class CallLog
{
    private readonly Lock _gate = new();
    private readonly List<ClusterCall> _calls = [];

    public IReadOnlyList<ClusterCall> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public void Add(ClusterCall call)
    {
        lock (_gate)
        {
            _calls.Add(call);
        }
    }
}
