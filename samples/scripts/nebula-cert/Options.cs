using System.Globalization;

namespace NebulaCert;

/// <summary>The flags of one call, read as Go's <c>flag</c> package reads them: up to the first word that is none.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values;
    private readonly HashSet<string> _given = [];

    private Options(IEnumerable<Flag> flags) => _values = flags.ToDictionary(f => f.Name, f => f.Default);

    /// <summary>What follows the flags.</summary>
    public IReadOnlyList<string> Rest { get; private set; } = [];

    public static Options? Parse(Flag[] flags, string[] arguments)
    {
        Options options = new(flags);
        var next = 0;
        while (next < arguments.Length && arguments[next] is { Length: > 1 } word && word[0] == '-')
        {
            next++;
            if (word == "--")
            {
                break;
            }

            var (name, value) = Split(word);
            var flag = Array.Find(flags, f => f.Name == name);
            if (flag is null)
            {
                return name is "h" or "help"
                    ? null
                    : throw new UsageException($"flag provided but not defined: -{name}");
            }

            if (value is null && flag.Kind != FlagKind.Switch)
            {
                value =
                    next < arguments.Length
                        ? arguments[next++]
                        : throw new UsageException($"flag needs an argument: -{name}");
            }

            options.Set(flag, value ?? "true");
        }

        options.Rest = arguments[next..];
        return options;
    }

    public bool Has(string name) => _given.Contains(name);

    public string Text(string name) => _values[name];

    public bool Switch(string name) => GoValue.Switch(_values[name]) == true;

    /// <summary>A number; one that is too large for what it is for is cut.</summary>
    public int Number(string name) => (int)Math.Min(GoValue.Number(_values[name])!.Value, int.MaxValue);

    public double Fraction(string name) => GoValue.Fraction(_values[name])!.Value;

    /// <summary>A duration; null for none, which is also what 0 means.</summary>
    public TimeSpan? Duration(string name) => GoValue.Duration(_values[name]) is { Ticks: not 0 } value ? value : null;

    /// <summary>A text that must not be empty.</summary>
    public string Required(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw new UsageException($"-{name} is required");

    /// <summary>A list between commas: trimmed, empty items dropped.</summary>
    public string[] List(string name) =>
        Text(name).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static (string Name, string? Value) Split(string word)
    {
        var text = word[(word.StartsWith("--", StringComparison.Ordinal) ? 2 : 1)..];
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return text is "" || text[0] is '-' or '=' ? throw new UsageException($"bad flag syntax: {word}")
            : equals < 0 ? (text, null)
            : (text[..equals], text[(equals + 1)..]);
    }

    private void Set(Flag flag, string value)
    {
        var isGood = flag.Kind switch
        {
            FlagKind.Switch => GoValue.Switch(value) is not null,
            FlagKind.Number => GoValue.Number(value) is not null,
            FlagKind.Fraction => GoValue.Fraction(value) is not null,
            FlagKind.Duration => GoValue.Duration(value) is not null,
            _ => true,
        };
        if (!isGood)
        {
            throw new UsageException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"invalid value \"{value}\" for flag -{flag.Name}: parse error"
                )
            );
        }

        _values[flag.Name] = value;
        _given.Add(flag.Name);
    }
}
