using System.Collections.Immutable;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Schemas;

namespace HybridLlm.Testing.Kubernetes.Kinds;

/// <summary>What the server serves now: the built-in kinds and those that CustomResourceDefinitions define. Thread-safe.</summary>
internal sealed class KindRegistry
{
    private ImmutableDictionary<(string Group, string Version, string Plural), ResourceKind> _kinds =
        BuiltInKinds.All.ToImmutableDictionary(k => (k.Group, k.Version, k.Plural));

    /// <summary>By group, version and plural.</summary>
    public IReadOnlyList<ResourceKind> All =>
        [
            .. _kinds
                .Values.OrderBy(k => k.Group, StringComparer.Ordinal)
                .ThenBy(k => k.Version, StringComparer.Ordinal)
                .ThenBy(k => k.Plural, StringComparer.Ordinal),
        ];

    public ResourceKind? Find(string group, string version, string plural) =>
        _kinds.GetValueOrDefault((group, version, plural));

    public ResourceKind? FindByKind(string apiVersion, string kind) =>
        _kinds.Values.FirstOrDefault(k => k.ApiVersion == apiVersion && k.Kind == kind);

    public bool HasGroup(string group, string? version = null) =>
        _kinds.Values.Any(k => k.Group == group && (version is null || k.Version == version));

    /// <summary>Serves what a definition defines, in place of what it defined before.</summary>
    public void Define(JsonObject definition)
    {
        var served = Read(definition).ToList();
        ImmutableInterlocked.Update(
            ref _kinds,
            kinds => Without(kinds, definition).SetItems(served.Select(k => KeyValuePair.Create(Key(k), k)))
        );
    }

    public void Forget(JsonObject definition) =>
        ImmutableInterlocked.Update(ref _kinds, kinds => Without(kinds, definition));

    private static (string, string, string) Key(ResourceKind kind) => (kind.Group, kind.Version, kind.Plural);

    private static ImmutableDictionary<(string Group, string Version, string Plural), ResourceKind> Without(
        ImmutableDictionary<(string Group, string Version, string Plural), ResourceKind> kinds,
        JsonObject definition
    ) =>
        kinds.RemoveRange(
            kinds.Keys.Where(k =>
                k.Group == definition.TextAt("spec", "group")
                && k.Plural == definition.TextAt("spec", "names", "plural")
            )
        );

    private static IEnumerable<ResourceKind> Read(JsonObject definition)
    {
        var spec = definition.ObjectAt("spec");
        var names = spec.ObjectAt("names");
        var kind = names.TextAt("kind") ?? "";
        foreach (var version in spec.ObjectsAt("versions").Where(v => v.IsTrueAt("served")))
        {
            yield return new ResourceKind
            {
                Group = spec.TextAt("group") ?? "",
                Version = version.TextAt("name") ?? "",
                Kind = kind,
                Plural = names.TextAt("plural") ?? "",
                Singular = names.TextAt("singular") ?? "",
                ListKind = names.TextAt("listKind") ?? kind + "List",
                ShortNames = names.TextsAt("shortNames"),
                Categories = names.TextsAt("categories"),
                IsNamespaced = spec.TextAt("scope") == "Namespaced",
                HasStatus = version.ObjectAt("subresources", "status") is not null,
                HasGeneration = true,
                Schema = StructuralSchema.Read(version.ObjectAt("schema", "openAPIV3Schema") ?? []),
            };
        }
    }
}
