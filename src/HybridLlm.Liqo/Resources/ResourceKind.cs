using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace HybridLlm.Liqo.Resources;

/// <summary>Where the API server keeps a kind of object, and how it is read and written.</summary>
internal abstract class ResourceKind(string group, string version, string plural, string kind, bool namespaced)
{
    /// <summary>Empty for Kubernetes' core group.</summary>
    public string Group => group;

    /// <summary>E.g. <c>Tenant</c>.</summary>
    public string Kind => kind;

    /// <summary>E.g. <c>tenants</c>.</summary>
    public string Plural => plural;

    public bool Namespaced => namespaced;

    public string ApiVersion => group.Length == 0 ? version : $"{group}/{version}";

    /// <summary>Path of the collection, or of one object; a null namespace lists all namespaces.</summary>
    public string Path(string? ns, string? name = null)
    {
        var root = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
        var place = namespaced && ns is not null ? $"{root}/namespaces/{Uri.EscapeDataString(ns)}" : root;
        return name is null ? $"{place}/{plural}" : $"{place}/{plural}/{Uri.EscapeDataString(name)}";
    }

    public abstract ClusterObject Read(JsonElement json);

    /// <summary>The object as JSON with its apiVersion and kind, which custom resources are refused without.</summary>
    public abstract JsonObject Write(ClusterObject value);

    public override string ToString() => kind;
}

/// <inheritdoc/>
internal sealed class ResourceKind<T>(
    string group,
    string version,
    string plural,
    string kind,
    bool namespaced,
    JsonTypeInfo<T> json
) : ResourceKind(group, version, plural, kind, namespaced)
    where T : ClusterObject
{
    public override T Read(JsonElement element) =>
        element.Deserialize(json) ?? throw new JsonException($"A {Kind} is null.");

    public override JsonObject Write(ClusterObject value) =>
        JsonSerializer.SerializeToNode((T)value with { ApiVersion = ApiVersion, Kind = Kind }, json)!.AsObject();
}
