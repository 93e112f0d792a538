using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2;

/// <summary>Everything one region holds. Belongs to the cloud's lock.</summary>
internal sealed class RegionState(CloudState cloud, string name)
{
    private readonly OrderedDictionary<string, Resource> _resources = new(StringComparer.Ordinal);

    public CloudState Cloud => cloud;

    public string Name => name;

    /// <summary>Answers given under client tokens, for their repetition.</summary>
    public Dictionary<(string Action, string Token), RememberedCall> Tokens { get; } = [];

    /// <summary>All resources of a type, oldest first.</summary>
    public IEnumerable<T> All<T>() => _resources.Values.OfType<T>();

    /// <summary>Those that a Describe call may show by now.</summary>
    public IEnumerable<T> Visible<T>()
        where T : Resource => All<T>().Where(cloud.Faults.Shows);

    public string NewId<T>()
        where T : IResource => cloud.Ids.Next(T.Kind.Prefix);

    public T Add<T>(T resource, IReadOnlyDictionary<string, string>? tags = null)
        where T : Resource
    {
        foreach (var (key, value) in tags ?? new Dictionary<string, string>())
        {
            resource.Tags[key] = value;
        }

        _resources.Add(resource.Id, resource);
        return resource;
    }

    public void Remove(Resource resource) => _resources.Remove(resource.Id);

    /// <summary>A resource that calls can see already; null for an unknown id.</summary>
    public T? Find<T>(string id)
        where T : Resource => _resources.GetValueOrDefault(id) is T found && cloud.Faults.Shows(found) ? found : null;

    /// <summary>A resource that calls can see already.</summary>
    /// <exception cref="ServiceError">Unknown or malformed id, with the kind's codes.</exception>
    public T Get<T>(string id)
        where T : Resource, IResource => GetAll<T>([id])[0];

    /// <summary>Resources by id, all or none.</summary>
    /// <exception cref="ServiceError">Unknown or malformed ids, with the kind's codes.</exception>
    public IReadOnlyList<T> GetAll<T>(IReadOnlyList<string> ids)
        where T : Resource, IResource
    {
        foreach (var id in ids)
        {
            CheckShape(T.Kind, id);
        }

        var missing = ids.Where(id => Find<T>(id) is null).ToList();
        return missing.Count == 0
            ? [.. ids.Select(id => Find<T>(id)!)]
            : throw new ServiceError(
                T.Kind.NotFoundCode,
                missing.Count == 1
                    ? $"The {T.Kind.Noun} '{missing[0]}' does not exist"
                    : $"The {T.Kind.Noun}s '{string.Join(", ", missing)}' do not exist"
            );
    }

    /// <summary>Drops records whose time is over.</summary>
    public void Forget(DateTimeOffset now)
    {
        foreach (var old in _resources.Values.Where(r => r.ForgottenAt <= now).ToList())
        {
            Remove(old);
        }
    }

    private static void CheckShape(ResourceKind kind, string id)
    {
        if (!id.StartsWith(kind.Prefix + "-", StringComparison.Ordinal))
        {
            throw kind.MalformedCode is { } code
                ? new ServiceError(code, $"Invalid id: \"{id}\" (expecting \"{kind.Prefix}-...\")")
                : new ServiceError(kind.NotFoundCode, $"The {kind.Noun} '{id}' does not exist");
        }
    }
}
