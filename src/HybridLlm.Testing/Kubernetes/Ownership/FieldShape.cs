using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Schemas;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>How a field merges: as one value, or part by part.</summary>
internal abstract class FieldShape
{
    /// <summary>Whether a map is one value.</summary>
    public abstract bool IsAtomicMap { get; }

    /// <summary>Whether a list is a set of scalars.</summary>
    public abstract bool IsSet { get; }

    public static FieldShape Of(ResourceKind kind) =>
        kind.Schema is { } schema ? new SchemaShape(schema) : BuiltInShape.Root;

    public abstract FieldShape Field(string name);

    public abstract FieldShape Item();

    /// <summary>The fields that tell a list's items apart; null when the list is one value or a set.</summary>
    public abstract IReadOnlyList<string>? KeysOf(JsonObject item);

    private sealed class SchemaShape(StructuralSchema? schema) : FieldShape
    {
        public override bool IsAtomicMap => schema?.IsAtomicMap == true;

        public override bool IsSet => schema?.ListType == "set";

        public override FieldShape Field(string name) =>
            name == "metadata"
                ? BuiltInShape.Root
                : new SchemaShape(schema?.Properties.GetValueOrDefault(name) ?? schema?.Values);

        public override FieldShape Item() => new SchemaShape(schema?.Items);

        public override IReadOnlyList<string>? KeysOf(JsonObject item) =>
            schema?.ListType == "map" ? schema.ListMapKeys : null;
    }
}
