using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Selecting;

/// <summary>Which objects of a list, watch or collection a request means.</summary>
internal sealed record ObjectSelection(LabelSelector Labels, FieldSelector Fields)
{
    public bool IsEverything =>
        ReferenceEquals(Labels, LabelSelector.Everything) && ReferenceEquals(Fields, FieldSelector.Everything);

    /// <exception cref="ApiFailure">400 when a selector cannot be read.</exception>
    public static ObjectSelection Of(ApiCall call) =>
        new(
            call.Query("labelSelector") is { Length: > 0 } labels
                ? LabelSelector.Parse(labels)
                : LabelSelector.Everything,
            call.Query("fieldSelector") is { Length: > 0 } fields
                ? FieldSelector.Parse(fields, call.Kind)
                : FieldSelector.Everything
        );

    public bool Matches(StoredObject candidate) => Labels.Matches(candidate.Labels) && Fields.Matches(candidate);
}
