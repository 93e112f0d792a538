using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>On both sides: reserves the range that a Network asks for, or another one where that one is in use.</summary>
internal sealed class NetworkController(LiqoContext context) : LiqoController(context)
{
    protected override IEnumerable<JsonObject> Objects() => Client.List(LiqoNames.Ipam, "Network");

    protected override DateTimeOffset? Reconcile(JsonObject network)
    {
        var isPreinstalled = network.Annotation(LiqoNames.Preinstalled) == "true";
        var isHeld = network.Finalizers().Contains(LiqoNames.NetworkFinalizer);
        if (network.IsDeleting())
        {
            if (isHeld)
            {
                network.SetFinalizers([.. network.Finalizers().Where(f => f != LiqoNames.NetworkFinalizer)]);
                Client.Update(network);
            }

            return null;
        }

        if (!isHeld && !isPreinstalled)
        {
            network.SetFinalizers([.. network.Finalizers(), LiqoNames.NetworkFinalizer]);
            network = Client.Update(network);
        }

        if (network.TextAt("status", "cidr") is not null)
        {
            return null;
        }

        // What the chart installs is taken as it is: it says what is in use, not what is wanted.
        var wanted = network.TextAt("spec", "cidr")!;
        var given = isPreinstalled ? wanted : Ipam.Allocate(wanted, Client.List(LiqoNames.Ipam, "Network"));
        if (given is null)
        {
            Context.Recorder.Warning(network, "AllocationFailed", $"no free range for {wanted}");
            return null;
        }

        network["status"] = new JsonObject { ["cidr"] = given };
        Client.UpdateStatus(network);
        return null;
    }
}
