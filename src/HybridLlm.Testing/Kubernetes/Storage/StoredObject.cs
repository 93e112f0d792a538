using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Storage;

/// <summary>One version of an object; never changes.</summary>
internal sealed class StoredObject
{
    private readonly Lazy<JsonElement> _root;

    public StoredObject(JsonObject content)
    {
        Json = content.ToBytes();
        Key = new ObjectKey(content.Namespace(), content.Name());
        Uid = content.Uid();
        Version = long.Parse(content.ResourceVersion(), NumberStyles.None, CultureInfo.InvariantCulture);
        Labels = content.MapAt("metadata", "labels");
        IsDeleting = content.IsDeleting();
        HasOwners = content.ObjectsAt("metadata", "ownerReferences").Any();
        _root = new Lazy<JsonElement>(() => JsonElement.Parse(Json));
    }

    public byte[] Json { get; }

    public ObjectKey Key { get; }

    public string Uid { get; }

    public long Version { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public bool IsDeleting { get; }

    public bool HasOwners { get; }

    /// <summary>To look into; safe on any thread.</summary>
    public JsonElement Root => _root.Value;

    /// <summary>A copy to change.</summary>
    public JsonObject Open() => KubeJson.TryParse(Json)!;
}

/// <summary>Where an object is among those of its kind.</summary>
/// <param name="Namespace">Empty for cluster-scoped kinds.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    public int CompareTo(ObjectKey other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }
}
