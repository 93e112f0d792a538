using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Schemas;

/// <summary>A CustomResourceDefinition's schema, as far as the emulator judges by it.</summary>
internal sealed record StructuralSchema
{
    public string? Type { get; init; }

    public IReadOnlyDictionary<string, StructuralSchema> Properties { get; init; } =
        new Dictionary<string, StructuralSchema>();

    /// <summary>The schema of values of a map; null when this is no map.</summary>
    public StructuralSchema? Values { get; init; }

    public StructuralSchema? Items { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Allowed values in JSON; empty allows every value.</summary>
    public IReadOnlyList<string> Enum { get; init; } = [];

    public string? Pattern { get; init; }

    public string? Format { get; init; }

    public JsonNode? Default { get; init; }

    public decimal? Minimum { get; init; }

    public decimal? Maximum { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public long? MinItems { get; init; }

    public bool IsNullable { get; init; }

    public bool IsIntOrString { get; init; }

    public bool KeepsUnknown { get; init; }

    /// <summary><c>atomic</c>, <c>set</c>, <c>map</c>; null is atomic.</summary>
    public string? ListType { get; init; }

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    public bool IsAtomicMap { get; init; }

    /// <summary>Messages of rules <c>self == oldSelf</c>, the only rules that are judged.</summary>
    public IReadOnlyList<string> ImmutableMessages { get; init; } = [];

    /// <summary>Whether it has rules of its own, of whatever kind.</summary>
    private bool IsRuled { get; init; }

    /// <summary>Whether it or anything in it has rules.</summary>
    public bool HasRules =>
        IsRuled
        || Properties.Values.Any(p => p.HasRules)
        || Values is { HasRules: true }
        || Items is { HasRules: true };

    public static StructuralSchema Read(JsonObject json) =>
        new()
        {
            Type = json.TextAt("type"),
            Properties = (json.ObjectAt("properties") ?? [])
                .Where(p => p.Value is JsonObject)
                .ToDictionary(p => p.Key, p => Read((JsonObject)p.Value!), StringComparer.Ordinal),
            Values = json.ObjectAt("additionalProperties") is { } values ? Read(values) : null,
            Items = json.ObjectAt("items") is { } items ? Read(items) : null,
            Required = json.TextsAt("required"),
            Enum = [.. (json.ListAt("enum") ?? []).Select(v => v?.ToJsonString() ?? "null")],
            Pattern = json.TextAt("pattern"),
            Format = json.TextAt("format"),
            Default = json["default"]?.DeepClone(),
            Minimum = Decimal(json["minimum"]),
            Maximum = Decimal(json["maximum"]),
            MinLength = json.NumberAt("minLength"),
            MaxLength = json.NumberAt("maxLength"),
            MinItems = json.NumberAt("minItems"),
            IsNullable = json.IsTrueAt("nullable"),
            IsIntOrString = json.IsTrueAt("x-kubernetes-int-or-string"),
            KeepsUnknown = json.IsTrueAt("x-kubernetes-preserve-unknown-fields"),
            ListType = json.TextAt("x-kubernetes-list-type"),
            ListMapKeys = json.TextsAt("x-kubernetes-list-map-keys"),
            IsAtomicMap = json.TextAt("x-kubernetes-map-type") == "atomic",
            IsRuled = json.ObjectsAt("x-kubernetes-validations").Any(),
            ImmutableMessages =
            [
                .. json.ObjectsAt("x-kubernetes-validations")
                    .Where(v => v.TextAt("rule") == "self == oldSelf")
                    .Select(v => v.TextAt("message") ?? "failed rule: self == oldSelf"),
            ],
        };

    private static decimal? Decimal(JsonNode? node) =>
        node is null ? null : decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
