using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>On a provider: answers its consumers' requests for resources. What is asked is given, without looking at what there is.</summary>
internal sealed class ReplicaSliceController(LiqoContext context) : LiqoController(context)
{
    private static readonly (string Resource, string Amount)[] s_defaults =
    [
        ("cpu", "4"),
        ("ephemeral-storage", "20Gi"),
        ("memory", "8Gi"),
        ("pods", "110"),
    ];

    private readonly RemoteCertificates _certificates = new(context);

    protected override IEnumerable<JsonObject> Objects() =>
        Client
            .List(LiqoNames.Authentication, "ResourceSlice")
            .Where(s => s.Label(LiqoNames.Replicated) == "true" && !s.IsDeleting());

    protected override DateTimeOffset? Reconcile(JsonObject slice)
    {
        var answer = Context.Options.SliceAnswer;
        if (
            answer == SliceAnswer.NeverAnswer
            || slice.TextAt("spec", "csr") is not { } request
            || TenantOf(slice) is null
        )
        {
            return null;
        }

        if (Context.Patience.StillWaiting($"slice {slice.Uid()}", Context.Options.SliceTime) is { } due)
        {
            return due;
        }

        var consumer = slice.TextAt("spec", "consumerClusterID")!;
        var user = LocalSliceController.UserOf(slice.Name(), consumer);
        var fault = ClusterKeys.Fault(
            Encoding.ASCII.GetString(Convert.FromBase64String(request)),
            consumer,
            user,
            publicPem: null
        );
        if (TenantOf(slice).TextAt("spec", "tenantCondition") == "Drained")
        {
            return null;
        }

        var before = slice.Copy();
        if (answer == SliceAnswer.DenyAuthentication || fault is not null)
        {
            Say(slice, "Authentication", "Denied", fault ?? "ResourceSlice authentication denied");
        }
        else if (!Accept(slice, request, consumer))
        {
            return null;
        }

        if (!JsonNode.DeepEquals(before["status"], slice["status"]))
        {
            slice = Client.UpdateStatus(slice);
            Announce(slice);
        }

        EnsureQuota(slice, user);
        return null;
    }

    private JsonObject? TenantOf(JsonObject slice) =>
        Client
            .List(LiqoNames.Authentication, "Tenant", slice.Namespace())
            .FirstOrDefault(t => t.Label(LiqoNames.RemoteId) == slice.Label(LiqoNames.RemoteId));

    private bool Accept(JsonObject slice, string request, string consumer)
    {
        var secret = $"liqo-remote-certificate-{slice.Name()}";
        if (_certificates.Issue(slice.Namespace(), secret, request, consumer) is not { } certificate)
        {
            return false;
        }

        var status = slice.Make("status");
        status["authParams"] = AuthParams.Of(Context, certificate, TenantOf(slice));
        Say(slice, "Authentication", "Accepted", "ResourceSlice authentication accepted");
        switch (Context.Options.SliceAnswer)
        {
            // A class of its own is left to a plug-in, and there is none.
            case SliceAnswer.NeverAnswerResources:
            case SliceAnswer.Accept when slice.TextAt("spec", "class") is not (null or "" or "default"):
                break;
            case SliceAnswer.DenyResources:
                Say(slice, "Resources", "Denied", "ResourceSlice resources denied");
                break;
            default:
                Give(slice, status);
                break;
        }

        return true;
    }

    private void Give(JsonObject slice, JsonObject status)
    {
        SortedDictionary<string, string> given = new(StringComparer.Ordinal);
        foreach (var (resource, amount) in s_defaults)
        {
            given[resource] = amount;
        }

        foreach (var (resource, amount) in slice.ObjectAt("spec", "resources") ?? [])
        {
            given[resource] = amount!.ToString();
        }

        status["resources"] = given.ToMap();
        status["nodeLabels"] = Context.Options.ClusterLabels.ToMap();
        status["storageClasses"] = new JsonArray(new JsonObject { ["storageClassName"] = "liqo" });
        Say(slice, "Resources", "Accepted", "ResourceSlice resources accepted");
    }

    private void Say(JsonObject slice, string type, string answer, string message) =>
        Conditions.Set(slice.Make("status"), type, answer, $"ResourceSlice{type}{answer}", message, Context.NowText);

    private void Announce(JsonObject slice)
    {
        foreach (var said in slice.ObjectsAt("status", "conditions"))
        {
            var (reason, message) = (said.TextAt("reason")!, said.TextAt("message")!);
            if (said.TextAt("status") == "Accepted")
            {
                Context.Recorder.Normal(slice, reason, message);
            }
            else
            {
                Context.Recorder.Warning(slice, reason, message);
            }
        }
    }

    private void EnsureQuota(JsonObject slice, string user)
    {
        if (SliceStatus.Of(slice, "Resources") != "Accepted")
        {
            return;
        }

        var spec = new JsonObject
        {
            ["limitsEnforcement"] = "None",
            ["resources"] = slice.ObjectAt("status", "resources")!.Copy(),
            ["user"] = user,
        };
        string[] cordons = [LiqoNames.Cordon, LiqoNames.CordonTenant];
        if (cordons.Any(c => slice.Annotation(c) == "true"))
        {
            spec["cordoned"] = true;
        }

        if (Client.Find(LiqoNames.Offloading, "Quota", slice.Namespace(), user) is { } there)
        {
            if (!JsonNode.DeepEquals(there["spec"], spec))
            {
                there["spec"] = spec;
                Client.Update(there);
            }

            return;
        }

        var quota = LiqoContext.New(
            LiqoNames.Offloading,
            "Quota",
            slice.Namespace(),
            user,
            (LiqoNames.Managed, "true")
        );
        quota.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(slice));
        quota["spec"] = spec;
        Client.Create(quota);
    }
}
