namespace HybridLlm.Testing.Kubernetes.Storage;

/// <summary>
/// At which version mirrored objects were removed: the answer to the write that took the last finalizer may come after the news of the
/// end, and must not bring the object back.
/// </summary>
internal sealed class Removals
{
    private readonly Dictionary<(string Resource, ObjectKey Key), long> _versions = [];

    /// <summary>The last one known; 0 when there is none.</summary>
    public long Of(string resource, ObjectKey key) => _versions.GetValueOrDefault((resource, key));

    public void Note(string resource, ObjectKey key, long version) =>
        _versions[(resource, key)] = Math.Max(Of(resource, key), version);
}
