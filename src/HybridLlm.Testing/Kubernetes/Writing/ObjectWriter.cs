using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Admission;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Ownership;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>Creates and changes objects: system fields, defaults, admission, rules, ownership, then the store.</summary>
internal sealed class ObjectWriter(ClusterState cluster)
{
    private readonly ObjectShaping _shaping = new(cluster);
    private readonly AdmissionChain _admission = new(cluster);

    /// <summary>Creates an object.</summary>
    /// <param name="call">The request.</param>
    /// <param name="asked">What the client wants.</param>
    /// <param name="applied">Whether <paramref name="asked"/> comes from server-side apply and says who owns what.</param>
    public JsonObject Create(ApiCall call, JsonObject asked, bool applied = false)
    {
        if (asked.ResourceVersion() is not ("" or "0"))
        {
            throw new ApiFailure(500, null, "resourceVersion should not be set on objects to be created");
        }

        var owners = asked.ListAt("metadata", "managedFields")?.DeepClone();
        SystemFields.SetForCreation(asked, call.Kind, cluster.Now);
        _shaping.Shape(asked, call);
        ObjectShaping.Judge(asked, null, call.Kind);
        asked = _admission.Admit(call, "CREATE", null, asked);
        _shaping.Shape(asked, call);
        ObjectShaping.Judge(asked, null, call.Kind);
        SetOwners(call, null, asked, applied ? owners : null);
        if (call.IsDryRun)
        {
            return asked;
        }

        var stored =
            cluster.Store.TryWrite(call.Kind.Resource, null, asked)
            ?? throw ApiFailure.AlreadyExists(call.Kind, asked.Name());
        return Definitions.AfterWrite(cluster, call.Kind, stored).Open();
    }

    /// <summary>Changes an object that is there.</summary>
    /// <param name="call">The request.</param>
    /// <param name="scope">What it may change.</param>
    /// <param name="change">Makes the new version from the present one; may run again when others write meanwhile.</param>
    /// <param name="applied">Whether the new version comes from server-side apply and says who owns what.</param>
    public JsonObject Change(ApiCall call, WriteScope scope, Func<JsonObject, JsonObject> change, bool applied = false)
    {
        while (true)
        {
            var seen =
                cluster.Store.Find(call.Kind.Resource, call.Key)
                ?? throw ApiFailure.NotFound(call.Kind, call.Target.Name);
            var before = seen.Open();
            var asked = change(seen.Open());
            var isBlind = CheckVersion(call, before, asked);
            var owners = asked.ListAt("metadata", "managedFields")?.DeepClone();
            var after = SystemFields.ForUpdate(before, asked, call.Kind, scope);
            _shaping.Shape(after, call);
            ObjectShaping.Judge(after, before, call.Kind);
            after = _admission.Admit(call, "UPDATE", before, after);
            _shaping.Shape(after, call);
            ObjectShaping.Judge(after, before, call.Kind);
            SetOwners(call, before, after, applied ? owners : null);
            if (TryStore(call, seen, before, after) is { } result)
            {
                return result;
            }

            if (!isBlind)
            {
                throw ApiFailure.Conflict(call.Kind, call.Target.Name);
            }
        }
    }

    /// <summary>The new state; null when somebody else was faster.</summary>
    private JsonObject? TryStore(ApiCall call, StoredObject seen, JsonObject before, JsonObject after)
    {
        after.Metadata()["resourceVersion"] = before.ResourceVersion();
        if (call.IsDryRun || JsonNode.DeepEquals(before, after))
        {
            return after;
        }

        if (Deletions.IsFinished(after, call.Kind))
        {
            if (!cluster.Store.TryRemove(call.Kind.Resource, seen))
            {
                return null;
            }

            Definitions.AfterRemoval(cluster, call.Kind, seen);
            return after;
        }

        return cluster.Store.TryWrite(call.Kind.Resource, seen, after) is { } stored
            ? Definitions.AfterWrite(cluster, call.Kind, stored).Open()
            : null;
    }

    /// <summary>Whether the client did not say which version it changes.</summary>
    private static bool CheckVersion(ApiCall call, JsonObject before, JsonObject asked)
    {
        if (asked.Uid().Length > 0 && asked.Uid() != before.Uid())
        {
            throw ApiFailure.Conflict(
                call.Kind,
                call.Target.Name,
                $"StorageError: invalid object, Code: 4, Key: /registry/{call.Kind.Plural}/{call.Key.Namespace}/{call.Key.Name}, "
                    + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
                    + $"{asked.Uid()}, UID in object meta: {before.Uid()}"
            );
        }

        var isPut = call.Target.Verb == "update";
        if (asked.ResourceVersion() is "" or "0")
        {
            return !isPut || call.Kind.AllowsBlindUpdate
                ? true
                : throw ApiFailure.Invalid(
                    call.Kind.Group,
                    call.Kind.Plural,
                    call.Target.Name,
                    [FieldFault.Invalid("metadata.resourceVersion", "0x0", "must be specified for an update")]
                );
        }

        if (asked.ResourceVersion() != before.ResourceVersion())
        {
            throw ApiFailure.Conflict(call.Kind, call.Target.Name);
        }

        // A patch works on what is there; only one that names a version wants just that.
        return !isPut;
    }

    private void SetOwners(ApiCall call, JsonObject? before, JsonObject after, JsonNode? owners)
    {
        if (owners is not null)
        {
            after.Metadata()["managedFields"] = owners;
            return;
        }

        Manager manager = new(call.FieldManager, "Update", call.Kind.ApiVersion, SubresourceOfManager(call));
        ManagedFields.Update(before, after, call.Kind, manager, cluster.NowText);
    }

    private static string SubresourceOfManager(ApiCall call) =>
        call.Target.Subresource is "status" or "approval" or "finalize" ? call.Target.Subresource : "";
}
