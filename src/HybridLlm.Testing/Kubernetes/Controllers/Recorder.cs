using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Writes Events: one per object, reason and message, counted when it comes again after the object has changed.</summary>
internal sealed class Recorder(ClusterClient client, string component)
{
    private int _number;

    public void Normal(JsonObject about, string reason, string message) => Write(about, "Normal", reason, message);

    public void Warning(JsonObject about, string reason, string message) => Write(about, "Warning", reason, message);

    private void Write(JsonObject about, string type, string reason, string message)
    {
        var ns = about.Namespace() is { Length: > 0 } own ? own : "default";
        var now = Meta.Seconds(client.Time.GetUtcNow());
        var known = client
            .List("v1", "Event", ns)
            .FirstOrDefault(e =>
                e.TextAt("involvedObject", "uid") == about.Uid()
                && e.TextAt("reason") == reason
                && e.TextAt("message") == message
            );
        if (known.TextAt("involvedObject", "resourceVersion") == about.ResourceVersion())
        {
            return;
        }

        try
        {
            if (known is null)
            {
                client.Create(New(about, type, reason, message, ns, now));
            }
            else
            {
                known["count"] = (known.NumberAt("count") ?? 1) + 1;
                known["lastTimestamp"] = now;
                known.Make("involvedObject")["resourceVersion"] = about.ResourceVersion();
                client.Update(known);
            }
        }
        // An Event is worth nobody's failure: its namespace may be going.
        catch (ApiFailure) { }
    }

    private JsonObject New(JsonObject about, string type, string reason, string message, string ns, string now)
    {
        var o = FirstObjects.New(
            "v1",
            "Event",
            $"{about.Name()}.{client.Time.GetUtcNow().UtcTicks:x}{_number++:x4}",
            ns
        );
        o["involvedObject"] = new JsonObject
        {
            ["apiVersion"] = about.TextAt("apiVersion"),
            ["kind"] = about.TextAt("kind"),
            ["namespace"] = about.Namespace(),
            ["name"] = about.Name(),
            ["uid"] = about.Uid(),
            ["resourceVersion"] = about.ResourceVersion(),
        };
        o["type"] = type;
        o["reason"] = reason;
        o["message"] = message;
        o["count"] = 1;
        o["firstTimestamp"] = now;
        o["lastTimestamp"] = now;
        o["source"] = new JsonObject { ["component"] = component };
        o["reportingComponent"] = component;
        o["reportingInstance"] = "";
        return o;
    }
}
