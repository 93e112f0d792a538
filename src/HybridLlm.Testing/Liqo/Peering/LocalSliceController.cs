using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>On a consumer: completes requests for resources, and makes identity and virtual node of the accepted ones.</summary>
internal sealed class LocalSliceController(LiqoContext context) : LiqoController(context)
{
    protected override IEnumerable<JsonObject> Objects() =>
        Client
            .List(LiqoNames.Authentication, "ResourceSlice")
            .Where(s => s.Label(LiqoNames.Replication) == "true" && !s.IsDeleting());

    /// <summary>The name under which a provider knows a slice's user: the slice and a hash of the consumer's id.</summary>
    public static string UserOf(string slice, string consumerId) =>
        $"{slice}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(consumerId)))[..12]}";

    protected override DateTimeOffset? Reconcile(JsonObject slice)
    {
        slice = Complete(slice);
        var status = SliceStatus.Of(slice, "Authentication");
        var identity = Client.Find(
            LiqoNames.Authentication,
            "Identity",
            slice.Namespace(),
            $"resourceslice-{slice.Name()}"
        );
        if (status == "Denied" && identity is not null)
        {
            Client.Delete(identity);
        }

        if (status != "Accepted")
        {
            return null;
        }

        identity = EnsureIdentity(slice, identity);
        var isReady =
            SliceStatus.Of(slice, "Resources") == "Accepted"
            && slice.Annotation(LiqoNames.CreateVirtualNode) == "true"
            && identity.TextAt("status", "kubeconfigSecretRef", "name") is not null;
        return isReady ? EnsureVirtualNode(slice, identity) : null;
    }

    // A client that writes the whole spec takes these fields away; they come back.
    private JsonObject Complete(JsonObject slice)
    {
        var spec = slice.Make("spec");
        var before = spec.Copy();
        spec["consumerClusterID"] = Context.ClusterId;
        spec["providerClusterID"] = slice.Label(LiqoNames.ReplicationTarget);
        if (spec.TextAt("csr") is null)
        {
            var request = Context.Keys.Request(Context.ClusterId, UserOf(slice.Name(), Context.ClusterId));
            spec["csr"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(request));
        }

        if (JsonNode.DeepEquals(before, spec))
        {
            return slice;
        }

        var completed = Client.Update(slice);
        Context.Recorder.Normal(completed, "Reconciled", "ResourceSlice reconciled");
        return completed;
    }

    private JsonObject EnsureIdentity(JsonObject slice, JsonObject? identity)
    {
        var provider = slice.TextAt("spec", "providerClusterID")!;
        var wanted = new JsonObject
        {
            ["authParams"] = slice.ObjectAt("status", "authParams")?.Copy(),
            ["clusterID"] = provider,
            ["type"] = "ResourceSlice",
        };
        if (identity is not null)
        {
            if (JsonNode.DeepEquals(identity["spec"], wanted))
            {
                return identity;
            }

            identity["spec"] = wanted;
            return Client.Update(identity);
        }

        identity = LiqoContext.New(
            LiqoNames.Authentication,
            "Identity",
            slice.Namespace(),
            $"resourceslice-{slice.Name()}",
            (LiqoNames.Managed, "true"),
            (LiqoNames.RemoteId, provider),
            (LiqoNames.SliceName, slice.Name())
        );
        identity.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(slice));
        identity["spec"] = wanted;
        var created = Client.Create(identity);
        Context.Recorder.Normal(slice, "IdentityEnsured", "Identity ensured");
        return created;
    }

    private DateTimeOffset? EnsureVirtualNode(JsonObject slice, JsonObject identity)
    {
        if (Client.Find(LiqoNames.Offloading, "VirtualNode", slice.Namespace(), slice.Name()) is { } there)
        {
            Resize(there, slice);
            return null;
        }

        if (Context.Patience.StillWaiting($"virtual node of {slice.Uid()}", Context.Options.VirtualNodeTime) is { } due)
        {
            return due;
        }

        Client.Create(VirtualNode(slice, identity));
        Context.Recorder.Normal(slice, "VirtualNodeCreated", "VirtualNode created for resourceslice");
        return null;
    }

    private void Resize(JsonObject virtualNode, JsonObject slice)
    {
        var given = slice.ObjectAt("status", "resources");
        if (
            !virtualNode.IsDeleting()
            && !JsonNode.DeepEquals(virtualNode.ObjectAt("spec", "resourceQuota", "hard"), given)
        )
        {
            virtualNode.Make("spec").Make("resourceQuota")["hard"] = given?.Copy();
            Client.Update(virtualNode);
        }
    }

    private static JsonObject VirtualNode(JsonObject slice, JsonObject identity)
    {
        var provider = slice.TextAt("spec", "providerClusterID")!;
        var node = LiqoContext.New(
            LiqoNames.Offloading,
            "VirtualNode",
            slice.Namespace(),
            slice.Name(),
            (LiqoNames.Managed, "true"),
            (LiqoNames.RemoteId, provider),
            (LiqoNames.SliceName, slice.Name())
        );
        node.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(slice));
        var labels = slice.ObjectAt("status", "nodeLabels")?.Copy() ?? [];
        labels[LiqoNames.RemoteId] = provider;
        node["spec"] = new JsonObject
        {
            ["clusterID"] = provider,
            ["kubeconfigSecretRef"] = identity.ObjectAt("status", "kubeconfigSecretRef")!.Copy(),
            ["labels"] = labels,
            ["resourceQuota"] = new JsonObject { ["hard"] = slice.ObjectAt("status", "resources")?.Copy() },
            ["storageClasses"] = slice.ListAt("status", "storageClasses")?.DeepClone(),
        };
        return node;
    }
}
