namespace HybridLlm.Testing.Ollama;

/// <summary>The models on disk.</summary>
internal sealed class ModelStore
{
    private readonly Lock _lock = new();
    private readonly List<StoredModel> _models;
    private readonly TimeProvider _clock;

    public ModelStore(IEnumerable<EmulatedModel> models, TimeProvider clock)
    {
        _clock = clock;
        _models = [.. models.Select(m => new StoredModel(m, clock.GetUtcNow()))];
    }

    /// <summary>All models, the newest first.</summary>
    public IReadOnlyList<StoredModel> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _models.OrderByDescending(m => m.ModifiedAt)];
            }
        }
    }

    public StoredModel? Find(string name)
    {
        var fullName = FullName(name);
        lock (_lock)
        {
            return _models.Find(m => string.Equals(m.Model.FullName, fullName, StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>Adds a model, in the place of one of the same name.</summary>
    public void Put(EmulatedModel model)
    {
        lock (_lock)
        {
            _models.RemoveAll(m => m.Model.FullName == model.FullName);
            _models.Add(new StoredModel(model, _clock.GetUtcNow()));
        }
    }

    public bool Remove(string name)
    {
        var fullName = FullName(name);
        lock (_lock)
        {
            return _models.RemoveAll(m => string.Equals(m.Model.FullName, fullName, StringComparison.OrdinalIgnoreCase))
                > 0;
        }
    }

    public static string FullName(string name) =>
        name.LastIndexOf(':') > name.LastIndexOf('/') ? name : name + ":latest";

    /// <summary>Whether a name could be one: host/namespace/model:tag of letters, digits, dots, dashes and underscores.</summary>
    public static bool IsValid(string name)
    {
        var parts = name.Replace("://", "/", StringComparison.Ordinal).Split('/');
        return parts.Length <= 4
            && parts.All(p =>
                p.Length > 0
                && char.IsAsciiLetterOrDigit(p[0])
                && p.All(c => char.IsAsciiLetterOrDigit(c) || "._-:".Contains(c))
            )
            && parts[^1].Count(c => c == ':') <= 1;
    }
}

/// <summary>A model on disk.</summary>
internal sealed record StoredModel(EmulatedModel Model, DateTimeOffset ModifiedAt);
