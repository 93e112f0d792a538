using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>On a provider: tells a consumer's Renew the credentials its Tenant has.</summary>
internal sealed class RenewController(LiqoContext context) : LiqoController(context)
{
    protected override IEnumerable<JsonObject> Objects() =>
        Client
            .List(LiqoNames.Authentication, "Renew")
            .Where(r => r.Label(LiqoNames.Replicated) == "true" && !r.IsDeleting());

    protected override DateTimeOffset? Reconcile(JsonObject renew)
    {
        var given = Client
            .List(LiqoNames.Authentication, "Tenant", renew.Namespace())
            .FirstOrDefault(t => t.Label(LiqoNames.RemoteId) == renew.Label(LiqoNames.RemoteId))
            .ObjectAt("status", "authParams");
        if (given is not null && !JsonNode.DeepEquals(renew.ObjectAt("status", "authParams"), given))
        {
            renew["status"] = new JsonObject { ["authParams"] = given.Copy() };
            Context.Recorder.Normal(Client.UpdateStatus(renew), "Processing", "Synced AuthParams from Tenant to Renew");
        }

        return null;
    }
}
