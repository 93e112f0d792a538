using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>
/// A set of fields, as a tree in the notation of <c>FieldsV1</c>: <c>f:name</c> is a field, <c>k:{…}</c> a list's item by its keys,
/// <c>v:…</c> an item of a set, and <c>.</c> the node itself beside its parts.
/// </summary>
internal sealed class FieldSet
{
    private const string Self = ".";

    private readonly SortedDictionary<string, FieldSet> _parts = new(StringComparer.Ordinal);

    /// <summary>Whether the node itself is in the set, not only parts of it.</summary>
    public bool HasSelf { get; private set; }

    public bool IsEmpty => !HasSelf && _parts.Values.All(p => p.IsEmpty);

    public IEnumerable<KeyValuePair<string, FieldSet>> Parts => _parts;

    /// <summary>Every field an object holds.</summary>
    public static FieldSet Of(JsonObject fields, FieldShape shape)
    {
        FieldSet set = new();
        foreach (var (name, value) in fields)
        {
            set._parts[Step(name)] = OfValue(value, shape.Field(name));
        }

        return set;
    }

    /// <summary>Everything below a value that has just appeared or gone, the containers on the way too.</summary>
    public static FieldSet OfValue(JsonNode? value, FieldShape shape, bool withContainers = false)
    {
        FieldSet set = new() { HasSelf = withContainers };
        foreach (var (step, part, partShape) in FieldParts.Of(value, shape))
        {
            set._parts[step] = OfValue(part, partShape, withContainers);
            set._parts[step].HasSelf |= !step.StartsWith("f:", StringComparison.Ordinal);
        }

        set.HasSelf |= set._parts.Count == 0;
        return set;
    }

    public static FieldSet Read(JsonObject json)
    {
        FieldSet set = new() { HasSelf = json.Count == 0 || json.ContainsKey(Self) };
        foreach (var (step, part) in json)
        {
            if (step != Self && part is JsonObject inner)
            {
                set._parts[step] = Read(inner);
            }
        }

        return set;
    }

    public JsonObject Write()
    {
        JsonObject json = [];
        if (HasSelf && _parts.Values.Any(p => !p.IsEmpty))
        {
            json[Self] = new JsonObject();
        }

        foreach (var (step, part) in _parts.Where(p => !p.Value.IsEmpty))
        {
            json[step] = part.Write();
        }

        return json;
    }

    public static string Step(string field) => "f:" + field;

    public FieldSet? Part(string step) => _parts.GetValueOrDefault(step);

    public void Add(string step, FieldSet part) => _parts[step] = part;

    public void Remove(string step) => _parts.Remove(step);

    public void AddSelf() => HasSelf = true;

    public FieldSet Union(FieldSet other) => Combine(other, static (a, b) => a || b);

    public FieldSet Except(FieldSet other) => Combine(other, static (a, b) => a && !b);

    public FieldSet Intersect(FieldSet other) => Combine(other, static (a, b) => a && b);

    /// <summary>Paths of the members, e.g. <c>.spec.containers[name="c"].image</c>.</summary>
    public IEnumerable<string> Paths() => Paths("");

    private IEnumerable<string> Paths(string prefix)
    {
        if (HasSelf)
        {
            yield return prefix;
        }

        foreach (var path in _parts.SelectMany(p => p.Value.Paths(prefix + FieldParts.InWords(p.Key))))
        {
            yield return path;
        }
    }

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> member)
    {
        FieldSet result = new() { HasSelf = member(HasSelf, other.HasSelf) };
        FieldSet nothing = new();
        foreach (var step in _parts.Keys.Union(other._parts.Keys))
        {
            var combined = (Part(step) ?? nothing).Combine(other.Part(step) ?? nothing, member);
            if (!combined.IsEmpty)
            {
                result._parts[step] = combined;
            }
        }

        return result;
    }
}
