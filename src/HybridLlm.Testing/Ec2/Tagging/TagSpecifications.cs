using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.Tagging;

/// <summary>Tags by the resource type they are for, as <c>TagSpecification.N</c> gives them.</summary>
internal sealed class TagSpecifications
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _byType = new(StringComparer.Ordinal);

    /// <summary>Resource types that have tags here.</summary>
    public IEnumerable<string> Types => _byType.Keys;

    /// <summary>Reads the specifications of a call; only the given types may be tagged by it.</summary>
    public static TagSpecifications Read(QueryRequest request, params string[] types)
    {
        TagSpecifications read = new();
        foreach (var specification in request.Structures("TagSpecification"))
        {
            var type = specification.Required("ResourceType");
            if (!types.Contains(type, StringComparer.Ordinal))
            {
                throw new ServiceError(
                    "InvalidParameterValue",
                    $"'{type}' is not a valid taggable resource type for this operation."
                );
            }

            foreach (var (key, value) in TagRules.Read(specification))
            {
                read.Set(type, key, value);
            }
        }

        return read;
    }

    public IReadOnlyDictionary<string, string> For(string type) => _byType.GetValueOrDefault(type) ?? [];

    /// <summary>These tags over lower ones: a key in both keeps the value it has here.</summary>
    public TagSpecifications Over(TagSpecifications lower)
    {
        TagSpecifications merged = new();
        foreach (var part in new[] { lower, this })
        {
            foreach (var (type, tags) in part._byType)
            {
                foreach (var (key, value) in tags)
                {
                    merged.Set(type, key, value);
                }
            }
        }

        return merged;
    }

    private void Set(string type, string key, string value)
    {
        if (!_byType.TryGetValue(type, out var tags))
        {
            _byType[type] = tags = new(StringComparer.Ordinal);
        }

        tags[key] = value;
        TagRules.CheckCount(tags.Count);
    }
}
