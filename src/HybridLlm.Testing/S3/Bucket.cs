using HybridLlm.Testing.Ec2.Billing;

namespace HybridLlm.Testing.S3;

/// <summary>Whether a bucket keeps old versions.</summary>
internal enum Versioning
{
    Off,
    Enabled,
    Suspended,
}

/// <summary>A bucket and everything in it.</summary>
internal sealed class Bucket(string name, string region, DateTimeOffset created)
{
    // Versions of a key, oldest first; keys in S3's order of listing.
    private readonly SortedDictionary<string, List<ObjectVersion>> _objects = new(StringComparer.Ordinal);

    public string Name => name;

    public string Region => region;

    public DateTimeOffset Created => created;

    public Versioning Versioning { get; set; }

    /// <summary>Stored configurations by sub-resource, e.g. <c>lifecycle</c>, as they were put.</summary>
    public Dictionary<string, byte[]> Configurations { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Tags { get; set; } = new(StringComparer.Ordinal);

    public IReadOnlyList<LifecycleRule> Lifecycle { get; set; } = [];

    public StorageMeter Storage { get; } = new(created);

    public Usage? Usage { get; set; }

    public bool IsEmpty => _objects.Count == 0;

    /// <summary>Versions of every key, keys in order, newest first.</summary>
    public IEnumerable<IReadOnlyList<ObjectVersion>> Histories =>
        _objects.Values.Select(versions => (IReadOnlyList<ObjectVersion>)[.. Enumerable.Reverse(versions)]);

    /// <summary>The newest version, which may be a delete marker; null for a key that was never put.</summary>
    public ObjectVersion? Current(string key) => _objects.TryGetValue(key, out var versions) ? versions[^1] : null;

    public ObjectVersion? Find(string key, string versionId) =>
        _objects.TryGetValue(key, out var versions) ? versions.Find(v => v.VersionId == versionId) : null;

    /// <summary>Adds a version; without versioning, or suspended, it replaces the one called null.</summary>
    public void Add(ObjectVersion version)
    {
        if (version.VersionId == ObjectVersion.NullId && Find(version.Key, ObjectVersion.NullId) is { } replaced)
        {
            Remove(replaced, version.Modified);
        }

        if (!_objects.TryGetValue(version.Key, out var versions))
        {
            _objects[version.Key] = versions = [];
        }

        versions.Add(version);
        Storage.Change(version.Body.Length, version.Modified);
    }

    public void Remove(ObjectVersion version, DateTimeOffset now)
    {
        var versions = _objects[version.Key];
        versions.Remove(version);
        Storage.Change(-version.Body.Length, now);
        if (versions.Count == 0)
        {
            _objects.Remove(version.Key);
        }
    }
}
