namespace HybridLlm.Testing.Kubernetes.Storage;

/// <summary>Objects, and the version of the store they were read at.</summary>
internal sealed record ObjectListing(IReadOnlyList<StoredObject> Objects, long Version);

/// <summary>One change.</summary>
/// <param name="Resource">Resource name of the kind.</param>
/// <param name="Before">Null when it was created.</param>
/// <param name="After">Null when it was removed.</param>
/// <param name="Announced">What a watch is shown; of a removed object its last state.</param>
internal sealed record ObjectChange(string Resource, StoredObject? Before, StoredObject? After, StoredObject Announced)
{
    public long Version => Announced.Version;
}
