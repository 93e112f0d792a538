using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Admission;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>Deletes objects: at once, or by marking them when somebody still has to finish something.</summary>
internal sealed class Deletions(ClusterState cluster)
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    private readonly AdmissionChain _admission = new(cluster);

    /// <summary>Whether an object that is marked has nothing left to wait for.</summary>
    public static bool IsFinished(JsonObject o, ResourceKind kind) =>
        o.IsDeleting()
        && o.Finalizers().Count == 0
        && (kind.Resource != BuiltInKinds.Namespaces || o.TextsAt("spec", "finalizers").Count == 0)
        && (o.NumberAt("metadata", "deletionGracePeriodSeconds") ?? 0) == 0;

    /// <summary>Deletes one object.</summary>
    /// <returns>Its last state, and whether it is gone.</returns>
    public (JsonObject Object, bool IsGone) Delete(ApiCall call, ObjectKey key, JsonObject options)
    {
        while (true)
        {
            var seen = cluster.Store.Find(call.Kind.Resource, key) ?? throw ApiFailure.NotFound(call.Kind, key.Name);
            var before = seen.Open();
            CheckPreconditions(call.Kind, before, options);
            _admission.Admit(call, "DELETE", before, null);
            var after = Mark(call.Kind, before, options, cluster.Now);
            if (call.IsDryRun || JsonNode.DeepEquals(before, after))
            {
                return (after, false);
            }

            if (IsFinished(after, call.Kind))
            {
                if (cluster.Store.TryRemove(call.Kind.Resource, seen))
                {
                    Definitions.AfterRemoval(cluster, call.Kind, seen);
                    return (after, true);
                }
            }
            else if (cluster.Store.TryWrite(call.Kind.Resource, seen, after) is { } stored)
            {
                return (stored.Open(), false);
            }
        }
    }

    private static JsonObject Mark(ResourceKind kind, JsonObject before, JsonObject options, DateTimeOffset now)
    {
        var after = before.Copy();
        var grace = kind.Resource == "pods" ? GraceOfPod(before, options) : 0;
        var isFirst = !before.IsDeleting();
        if (isFirst || grace < (before.NumberAt("metadata", "deletionGracePeriodSeconds") ?? 0))
        {
            after.Metadata()["deletionTimestamp"] = Meta.Seconds(now + TimeSpan.FromSeconds(grace));
            if (kind.Resource != BuiltInKinds.Namespaces)
            {
                after.Metadata()["deletionGracePeriodSeconds"] = grace;
            }
        }

        if (isFirst)
        {
            SystemFields.BumpGeneration(after);
            AddPropagation(after, options);
        }

        if (kind.Resource == BuiltInKinds.Namespaces)
        {
            after.Make("status")["phase"] = "Terminating";
        }

        return after;
    }

    private static long GraceOfPod(JsonObject pod, JsonObject options)
    {
        var isRunning =
            pod.TextAt("spec", "nodeName") is { Length: > 0 }
            && pod.TextAt("status", "phase") is not ("Succeeded" or "Failed");
        return !isRunning
            ? 0
            : options.NumberAt("gracePeriodSeconds")
                ?? pod.NumberAt("metadata", "deletionGracePeriodSeconds")
                ?? pod.NumberAt("spec", "terminationGracePeriodSeconds")
                ?? 30;
    }

    private static void AddPropagation(JsonObject o, JsonObject options)
    {
        var finalizer = options.TextAt("propagationPolicy") switch
        {
            "Foreground" => Foreground,
            "Orphan" => Orphan,
            _ => options.IsTrueAt("orphanDependents") ? Orphan : null,
        };
        if (finalizer is not null)
        {
            o.SetFinalizers([.. o.Finalizers().Append(finalizer).Distinct()]);
        }
    }

    private static void CheckPreconditions(ResourceKind kind, JsonObject o, JsonObject options)
    {
        var uid = options.TextAt("preconditions", "uid");
        if (uid is not null && uid != o.Uid())
        {
            throw PreconditionFailed(
                kind,
                o,
                $"the UID in the precondition ({uid}) does not match the UID in record ({o.Uid()}). The object might have been deleted and then recreated"
            );
        }

        var version = options.TextAt("preconditions", "resourceVersion");
        if (version is not null && version != o.ResourceVersion())
        {
            throw PreconditionFailed(
                kind,
                o,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({o.ResourceVersion()}). The object might have been modified"
            );
        }
    }

    // Unlike other conflicts, this one names the kind, not the resource.
    private static ApiFailure PreconditionFailed(ResourceKind kind, JsonObject o, string why)
    {
        JsonObject details = new() { ["name"] = o.Name() };
        if (kind.Group.Length > 0)
        {
            details["group"] = kind.Group;
        }

        details["kind"] = kind.Kind;
        return new ApiFailure(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on {kind.QualifiedKind} \"{o.Name()}\": {why}",
            details
        );
    }
}
