using System.Collections;
using System.IO.Enumeration;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>
/// The filters one Describe action knows. Names are ANDed, the values of a name are ORed, <c>*</c> and <c>?</c> match as
/// in EC2. An unknown name is refused even when there is nothing to filter.
/// </summary>
internal sealed class FilterTable<T>(Func<T, IReadOnlyDictionary<string, string>>? tags = null)
    : IEnumerable<KeyValuePair<string, Func<T, IEnumerable<string?>>>>
{
    private const int MostValues = 200;
    private readonly Dictionary<string, Func<T, IEnumerable<string?>>> _values = new(StringComparer.Ordinal);

    public void Add(string name, Func<T, string?> value) => _values.Add(name, item => [value(item)]);

    public void Add(string name, Func<T, IEnumerable<string?>> values) => _values.Add(name, values);

    /// <summary>Reads <c>Filter.N</c> of a call.</summary>
    public Func<T, bool> Read(QueryRequest request)
    {
        List<Func<T, bool>> tests = [];
        foreach (var filter in request.Structures("Filter"))
        {
            var name = filter.Required("Name");
            var patterns = filter.List("Value");
            if (patterns.Count > MostValues)
            {
                throw new ServiceError(
                    "FilterLimitExceeded",
                    $"The maximum number of filter values specified on a single call is {MostValues}"
                );
            }

            var values = ValuesOf(name) ?? throw ServiceError.Gap($"the filter '{name}' of {request.Action}");
            tests.Add(item => values(item).Any(v => v is not null && patterns.Any(p => Matches(p, v))));
        }

        return item => tests.TrueForAll(test => test(item));
    }

    public IEnumerator<KeyValuePair<string, Func<T, IEnumerable<string?>>>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Matches(string pattern, string value) =>
        FileSystemName.MatchesSimpleExpression(pattern, value, ignoreCase: false);

    private Func<T, IEnumerable<string?>>? ValuesOf(string name)
    {
        if (tags is not null && name.StartsWith("tag:", StringComparison.Ordinal))
        {
            var key = name["tag:".Length..];
            return item => [tags(item).GetValueOrDefault(key)];
        }

        return tags is not null && name == "tag-key" ? item => tags(item).Keys : _values.GetValueOrDefault(name);
    }
}
