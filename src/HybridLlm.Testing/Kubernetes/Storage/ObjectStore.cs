using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Storage;

/// <summary>
/// What etcd is to an API server: objects by kind and name, one version counter for all of them, and the history that watches
/// read. Thread-safe.
/// </summary>
internal sealed class ObjectStore
{
    private const int LongestHistory = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<ObjectKey, StoredObject>> _tables = new(
        StringComparer.Ordinal
    );
    private readonly List<ObjectChange> _history = [];
    private readonly Removals _removed = new();
    private TaskCompletionSource _changed = NewSignal();

    // A real server's counter has moved on before its first client comes.
    private long _version = 100;

    /// <summary>The counter: the version of the latest change.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    public StoredObject? Find(string resource, ObjectKey key)
    {
        lock (_gate)
        {
            return _tables.GetValueOrDefault(resource)?.GetValueOrDefault(key);
        }
    }

    /// <summary>Objects of a kind in order of namespace and name.</summary>
    /// <param name="resource">The kind's resource name.</param>
    /// <param name="inNamespace">Null for all of them.</param>
    /// <param name="asOf">An earlier version to look at; null for now.</param>
    /// <returns>Null when the history does not reach back to <paramref name="asOf"/>.</returns>
    public ObjectListing? List(string resource, string? inNamespace = null, long? asOf = null)
    {
        lock (_gate)
        {
            IEnumerable<StoredObject> objects = _tables.TryGetValue(resource, out var table) ? table.Values : [];
            if (asOf is { } version && version < _version)
            {
                if (version < OldestReadable)
                {
                    return null;
                }

                objects = Rewind(resource, objects, version);
            }

            return new ObjectListing(
                [.. objects.Where(o => inNamespace is null || o.Key.Namespace == inNamespace)],
                asOf ?? _version
            );
        }
    }

    /// <summary>Every object of every kind.</summary>
    public IReadOnlyList<KeyValuePair<string, StoredObject>> All()
    {
        lock (_gate)
        {
            return
            [
                .. _tables
                    .OrderBy(t => t.Key, StringComparer.Ordinal)
                    .SelectMany(t => t.Value.Values.Select(o => KeyValuePair.Create(t.Key, o))),
            ];
        }
    }

    /// <summary>Writes a new version, unless the object is no longer what the writer saw.</summary>
    /// <param name="resource">The kind's resource name.</param>
    /// <param name="seen">What the writer saw; null when there was nothing.</param>
    /// <param name="next">The new content; its resourceVersion is set here.</param>
    /// <returns>What was stored; null when somebody else was faster.</returns>
    public StoredObject? TryWrite(string resource, StoredObject? seen, JsonObject next)
    {
        lock (_gate)
        {
            ObjectKey key = new(next.Namespace(), next.Name());
            var table = TableOf(resource);
            if (!ReferenceEquals(table.GetValueOrDefault(key), seen))
            {
                return null;
            }

            var stored = Stamp(next);
            table[key] = stored;
            Record(new ObjectChange(resource, seen, stored, stored));
            return stored;
        }
    }

    /// <summary>Removes an object, unless it is no longer what the writer saw.</summary>
    public bool TryRemove(string resource, StoredObject seen)
    {
        lock (_gate)
        {
            var table = _tables.GetValueOrDefault(resource);
            if (!ReferenceEquals(table?.GetValueOrDefault(seen.Key), seen))
            {
                return false;
            }

            table.Remove(seen.Key);

            // The last state is announced under the version of its removal.
            Record(new ObjectChange(resource, seen, null, Stamp(seen.Open())));
            return true;
        }
    }

    /// <summary>Takes over an object as another server has it, unless a newer version of it is here.</summary>
    public void Mirror(string resource, JsonObject content)
    {
        StoredObject stored = new(content);
        lock (_gate)
        {
            var table = TableOf(resource);
            if ((table.GetValueOrDefault(stored.Key)?.Version ?? _removed.Of(resource, stored.Key)) < stored.Version)
            {
                table[stored.Key] = stored;
                Announce();
            }
        }
    }

    /// <summary>Removes what another server has removed, unless a newer version of it is here.</summary>
    public void MirrorRemoval(string resource, ObjectKey key, long version)
    {
        lock (_gate)
        {
            var table = TableOf(resource);
            var there = table.GetValueOrDefault(key);
            if (there is not null && there.Version <= version)
            {
                table.Remove(key);
                Announce();
            }

            _removed.Note(resource, key, version);
        }
    }

    /// <summary>The version in which an object of another server is here; 0 when it is not.</summary>
    public long MirroredVersion(string resource, ObjectKey key)
    {
        lock (_gate)
        {
            return TableOf(resource).GetValueOrDefault(key)?.Version ?? 0;
        }
    }

    /// <summary>Takes over everything of a kind.</summary>
    public void MirrorAll(string resource, IEnumerable<JsonObject> contents)
    {
        lock (_gate)
        {
            _tables[resource] = new(contents.Select(c => new StoredObject(c)).ToDictionary(o => o.Key));
            Announce();
        }
    }

    /// <summary>Changes after a version, oldest first; null when the history does not reach back to it.</summary>
    public IReadOnlyList<ObjectChange>? ChangesAfter(long version)
    {
        lock (_gate)
        {
            if (version < OldestReadable)
            {
                return null;
            }

            var first = (int)Math.Min(_history.Count, Math.Max(0, version - OldestReadable));
            return first == _history.Count ? [] : _history[first..];
        }
    }

    /// <summary>Waits until the counter has passed a version.</summary>
    public async Task PassedAsync(long version, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_version > version)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets the history: who wants to go on from an earlier version is told that it is gone.</summary>
    /// <returns>The oldest version that can still be read from.</returns>
    public long Compact()
    {
        lock (_gate)
        {
            // A version nobody can have seen, so that every version handed out so far is too old.
            _version++;
            _history.Clear();
            return _version;
        }
    }

    private long OldestReadable => _version - _history.Count;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StoredObject Stamp(JsonObject content)
    {
        content.Metadata()["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        return new StoredObject(content);
    }

    private void Record(ObjectChange change)
    {
        _history.Add(change);
        if (_history.Count > LongestHistory)
        {
            _history.RemoveRange(0, LongestHistory / 2);
        }

        Signal();
    }

    private SortedDictionary<ObjectKey, StoredObject> TableOf(string resource)
    {
        if (!_tables.TryGetValue(resource, out var table))
        {
            _tables[resource] = table = [];
        }

        return table;
    }

    private void Announce()
    {
        _version++;
        Signal();
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private SortedDictionary<ObjectKey, StoredObject>.ValueCollection Rewind(
        string resource,
        IEnumerable<StoredObject> now,
        long version
    )
    {
        SortedDictionary<ObjectKey, StoredObject> then = new(now.ToDictionary(o => o.Key));
        for (var i = _history.Count - 1; i >= 0 && _history[i].Version > version; i--)
        {
            var change = _history[i];
            if (change.Resource != resource)
            {
                continue;
            }

            if (change.Before is { } before)
            {
                then[before.Key] = before;
            }
            else
            {
                then.Remove(change.Announced.Key);
            }
        }

        return then.Values;
    }
}
