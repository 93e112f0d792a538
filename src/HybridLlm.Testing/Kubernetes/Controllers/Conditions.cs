using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Conditions in a status, one a type.</summary>
internal static class Conditions
{
    public static bool IsTrue(JsonObject o, string type) =>
        o.ObjectsAt("status", "conditions").Any(c => c.TextAt("type") == type && c.TextAt("status") == "True");

    public static void Set(JsonObject status, string type, bool value, string reason, string message, string now) =>
        Set(status, type, value ? "True" : "False", reason, message, now);

    /// <summary>Sets a condition; its time changes only with its status.</summary>
    public static void Set(JsonObject status, string type, string value, string reason, string message, string now)
    {
        if (status.ListAt("conditions") is not { } conditions)
        {
            status["conditions"] = conditions = [];
        }

        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.TextAt("type") == type);
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = type };
            JsonNode added = condition;
            conditions.Add(added);
        }

        if (condition.TextAt("status") != value)
        {
            condition["lastTransitionTime"] = now;
        }

        condition["status"] = value;
        SetOrRemove(condition, "reason", reason);
        SetOrRemove(condition, "message", message);
    }

    private static void SetOrRemove(JsonObject condition, string name, string text)
    {
        condition.Remove(name);
        if (text.Length > 0)
        {
            condition[name] = text;
        }
    }
}
