using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>Server-side apply: each manager says all it wants; what it no longer says and nobody else owns goes.</summary>
internal static class ServerSideApply
{
    /// <summary>The object with a manager's wishes in it.</summary>
    /// <param name="live">What there is; null when it is to be created.</param>
    /// <param name="wishes">The applied configuration.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="applier">Who applies.</param>
    /// <param name="force">Whether to take fields from others instead of failing.</param>
    /// <param name="now">The time, for the ownership record.</param>
    /// <exception cref="ApiFailure">409 when others own what is to change.</exception>
    public static JsonObject Apply(
        JsonObject? live,
        JsonObject wishes,
        ResourceKind kind,
        Manager applier,
        bool force,
        string now
    )
    {
        var shape = FieldShape.Of(kind);
        var owners = ManagedFields.Read(live ?? []);
        var wanted = FieldSet.Of(ManagedFields.Ownable(wishes), shape);
        var merged = (live ?? wishes).Copy();
        if (live is not null)
        {
            FieldMerge.Merge(merged, wishes, shape);
        }

        var changed = FieldDiff
            .Between(ManagedFields.Ownable(live ?? []), ManagedFields.Ownable(merged), shape)
            .Changed;
        var disputed = changed.Intersect(wanted);
        if (!force && owners.ConflictsOf(applier, disputed) is { Count: > 0 } conflicts)
        {
            throw Conflict(conflicts);
        }

        owners.TakeFromOthers(applier, disputed);
        var had = owners.Of(applier);
        var dropped = had.Except(wanted).Except(owners.OfOthers(applier));
        FieldMerge.Remove(merged, dropped, shape);
        var isSame = changed.IsEmpty && dropped.IsEmpty && wanted.Except(had).IsEmpty && had.Except(wanted).IsEmpty;
        owners.Set(applier, wanted, isSame ? null : now);
        owners.Write(merged);
        return merged;
    }

    private static ApiFailure Conflict(IReadOnlyList<(Manager Manager, FieldSet Fields)> conflicts)
    {
        var fields = conflicts.SelectMany(c => c.Fields.Paths().Select(p => (c.Manager, Path: p))).ToList();
        var causes = fields.Select(f =>
            (JsonNode)
                new JsonObject
                {
                    ["reason"] = "FieldManagerConflict",
                    ["message"] = $"conflict with {f.Manager.InWords}",
                    ["field"] = f.Path,
                }
        );
        var words =
            fields.Count == 1
                ? $"1 conflict: conflict with {fields[0].Manager.InWords}: {fields[0].Path}"
                : $"{fields.Count} conflicts: " + string.Join('\n', fields.GroupBy(f => f.Manager).Select(InWords));
        return new ApiFailure(
            409,
            "Conflict",
            $"Apply failed with {words}",
            new JsonObject { ["causes"] = new JsonArray([.. causes]) }
        );
    }

    private static string InWords(IGrouping<Manager, (Manager Manager, string Path)> of) =>
        $"conflicts with {of.Key.InWords}:\n" + string.Join('\n', of.Select(f => $"- {f.Path}"));
}
