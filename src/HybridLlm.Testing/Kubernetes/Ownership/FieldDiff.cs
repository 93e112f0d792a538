using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>What differs between two versions of an object.</summary>
/// <param name="Changed">Fields that are new or have another value.</param>
/// <param name="Removed">Fields that are gone.</param>
internal sealed record FieldDiff(FieldSet Changed, FieldSet Removed)
{
    public static FieldDiff Between(JsonObject before, JsonObject after, FieldShape shape)
    {
        FieldDiff diff = new(new FieldSet(), new FieldSet());
        diff.Walk(before, after, shape, diff.Changed, diff.Removed);
        return diff;
    }

    private void Walk(JsonNode? before, JsonNode? after, FieldShape shape, FieldSet changed, FieldSet removed)
    {
        var old = FieldParts.Of(before, shape).ToList();
        var now = FieldParts.Of(after, shape).ToList();
        if (old.Count == 0 && now.Count == 0)
        {
            if (!JsonNode.DeepEquals(before, after))
            {
                changed.AddSelf();
            }

            return;
        }

        // What a field is made of may itself change, e.g. from a list of named items to an empty one.
        foreach (var (step, value, partShape) in now)
        {
            if (old.Any(o => o.Step == step))
            {
                Descend(old.First(o => o.Step == step).Value, value, partShape, step, changed, removed);
            }
            else
            {
                changed.Add(step, FieldSet.OfValue(value, partShape, withContainers: true));
            }
        }

        foreach (var (step, value, partShape) in old.Where(o => now.All(n => n.Step != o.Step)))
        {
            removed.Add(step, FieldSet.OfValue(value, partShape, withContainers: true));
        }
    }

    private void Descend(
        JsonNode? before,
        JsonNode? after,
        FieldShape shape,
        string step,
        FieldSet changed,
        FieldSet removed
    )
    {
        FieldSet innerChanged = new();
        FieldSet innerRemoved = new();
        Walk(before, after, shape, innerChanged, innerRemoved);
        AddUnlessEmpty(changed, step, innerChanged);
        AddUnlessEmpty(removed, step, innerRemoved);
    }

    private static void AddUnlessEmpty(FieldSet set, string step, FieldSet part)
    {
        if (!part.IsEmpty)
        {
            set.Add(step, part);
        }
    }
}
