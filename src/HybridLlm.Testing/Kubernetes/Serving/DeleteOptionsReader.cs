using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>Reads the wishes that come with a deletion: from the body, or else from the query.</summary>
internal static class DeleteOptionsReader
{
    public static JsonObject Read(ApiCall call)
    {
        if (call.Body.Length > 0)
        {
            return KubeJson.TryParse(call.Body)
                ?? throw ApiFailure.BadRequest("the object provided is unrecognized (must be of type DeleteOptions)");
        }

        JsonObject options = [];
        if (
            int.TryParse(
                call.Query("gracePeriodSeconds"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var grace
            )
        )
        {
            options["gracePeriodSeconds"] = grace;
        }

        if (call.Query("propagationPolicy") is { Length: > 0 } policy)
        {
            options["propagationPolicy"] = policy;
        }

        options["orphanDependents"] = call.IsAsked("orphanDependents");
        return options;
    }
}
