using System.Text.RegularExpressions;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Selecting;

/// <summary>A label selector as it stands in a query: all its requirements must hold.</summary>
internal sealed partial class LabelSelector
{
    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        Absent,
    }

    public static LabelSelector Everything { get; } = new([]);

    /// <summary>Reads one, e.g. <c>app=web,tier in (a, b),!old</c>.</summary>
    /// <exception cref="ApiFailure">400 when it cannot be read.</exception>
    public static LabelSelector Parse(string text)
    {
        List<Requirement> requirements = [];
        foreach (var part in SplitOutsideBraces(text))
        {
            requirements.Add(ParseOne(part.Trim()));
        }

        return new LabelSelector(requirements);
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels) => _requirements.All(r => r.Holds(labels));

    private static IEnumerable<string> SplitOutsideBraces(string text)
    {
        if (text.Trim().Length == 0)
        {
            yield break;
        }

        var start = 0;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static Requirement ParseOne(string part)
    {
        if (SetForm().Match(part) is { Success: true } set)
        {
            var values = set.Groups["values"].Value.Split(',').Select(v => v.Trim());
            return new Requirement(
                set.Groups["key"].Value,
                set.Groups["not"].Success ? Operator.NotIn : Operator.In,
                [.. values]
            );
        }

        if (EqualityForm().Match(part) is { Success: true } equality)
        {
            return new Requirement(
                equality.Groups["key"].Value,
                equality.Groups["op"].Value == "!=" ? Operator.NotIn : Operator.In,
                [equality.Groups["value"].Value]
            );
        }

        return ExistenceForm().Match(part) is { Success: true } existence
            ? new Requirement(
                existence.Groups["key"].Value,
                existence.Groups["not"].Success ? Operator.Absent : Operator.Exists,
                []
            )
            : throw ApiFailure.BadRequest($"unable to parse requirement: found '{part}', expected: identifier");
    }

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s+(?<not>not)?in\s*\((?<values>[^()]*)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex SetForm();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s*(?<op>==|=|!=)\s*(?<value>[\w.-]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex EqualityForm();

    [GeneratedRegex(@"^(?<not>!)?\s*(?<key>[\w./-]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex ExistenceForm();

    private sealed record Requirement(string Key, Operator Operator, IReadOnlyList<string> Values)
    {
        public bool Holds(IReadOnlyDictionary<string, string> labels)
        {
            var found = labels.GetValueOrDefault(Key);
            return Operator switch
            {
                Operator.In => found is not null && Values.Contains(found),
                Operator.NotIn => found is null || !Values.Contains(found),
                Operator.Exists => found is not null,
                _ => found is null,
            };
        }
    }
}
