using System.Globalization;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>
/// The parameters of one Query-protocol call, or of a structure in it. Remembers what was read, so that a parameter the
/// emulator does not know is refused instead of ignored.
/// </summary>
internal sealed class QueryRequest
{
    private readonly IReadOnlyDictionary<string, string> _parameters;
    private readonly HashSet<string> _read;
    private readonly string _prefix;

    public QueryRequest(IReadOnlyDictionary<string, string> parameters)
        : this(parameters, ["Action", "Version"], "") { }

    private QueryRequest(IReadOnlyDictionary<string, string> parameters, HashSet<string> read, string prefix)
    {
        _parameters = parameters;
        _read = read;
        _prefix = prefix;
    }

    public string Action => _parameters.GetValueOrDefault("Action") ?? throw ServiceError.Missing("Action");

    /// <summary>Every parameter but the token and the dry-run flag, for comparing two calls with one token.</summary>
    public string Fingerprint() =>
        string.Join(
            '&',
            _parameters
                .Where(p => p.Key is not ("ClientToken" or "DryRun"))
                .OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}")
        );

    public string? Text(string name)
    {
        _read.Add(_prefix + name);
        return _parameters.GetValueOrDefault(_prefix + name);
    }

    public string Required(string name) =>
        Text(name) is { Length: > 0 } value ? value : throw ServiceError.Missing(_prefix + name);

    public int? Integer(string name) =>
        Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : throw ServiceError.Invalid(_prefix + name, text, "is invalid. Expected an integer.");

    public decimal? Number(string name) =>
        Text(name) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : throw ServiceError.Invalid(_prefix + name, text, "is invalid. Expected a number.");

    public bool? Flag(string name) =>
        Text(name) is not { } text ? null
        : bool.TryParse(text, out var value) ? value
        : throw ServiceError.Invalid(_prefix + name, text, "is invalid. Expected 'true' or 'false'.");

    public DateTimeOffset? Time(string name) =>
        Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var value
        )
            ? value
        : throw ServiceError.Invalid(_prefix + name, text, "is invalid. Expected a timestamp.");

    /// <summary>A value out of a closed set; null when absent.</summary>
    public string? Choice(string name, params string[] allowed) =>
        Text(name) is not { } text ? null
        : allowed.Contains(text, StringComparer.Ordinal) ? text
        : throw ServiceError.Invalid(
            _prefix + name,
            text,
            $"is invalid. Expected one of: {string.Join(", ", allowed)}."
        );

    /// <summary>Accepts a parameter only with the one value whose meaning the emulator keeps.</summary>
    public void Only(string name, string value)
    {
        if (Text(name) is { } text && text != value)
        {
            throw ServiceError.Gap($"{Action} with {_prefix}{name}={text} (only {value})");
        }
    }

    /// <summary><c>Name.1</c>, <c>Name.2</c>, … in order of their numbers.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. Indices(name).Select(i => Text($"{name}.{i}")).OfType<string>()];

    /// <summary>The structures <c>Name.1.*</c>, <c>Name.2.*</c>, … in order of their numbers.</summary>
    public IReadOnlyList<QueryRequest> Structures(string name) =>
        [.. Indices(name).Select(i => Structure($"{name}.{i}"))];

    public QueryRequest Structure(string name) => new(_parameters, _read, $"{_prefix}{name}.");

    /// <summary>Whether anything stands under this structure.</summary>
    public bool Any() => _parameters.Keys.Any(k => k.StartsWith(_prefix, StringComparison.Ordinal));

    /// <summary>Refuses what nobody read.</summary>
    public void RefuseUnread()
    {
        var unread = _parameters.Keys.Where(k => !_read.Contains(k)).Order(StringComparer.Ordinal).ToList();
        if (unread.Count > 0)
        {
            throw ServiceError.Gap($"{Action} with {string.Join(", ", unread)}");
        }
    }

    private IEnumerable<int> Indices(string name)
    {
        var start = $"{_prefix}{name}.";
        return _parameters
            .Keys.Where(k => k.StartsWith(start, StringComparison.Ordinal))
            .Select(k => k[start.Length..].Split('.')[0])
            .Distinct()
            .Select(n => int.TryParse(n, CultureInfo.InvariantCulture, out var i) ? i : 0)
            .Where(i => i > 0)
            .Order();
    }
}
