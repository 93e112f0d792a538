using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>Errors as OpenAI's API writes them, with Ollama's types.</summary>
internal static class OpenAiErrors
{
    public static JsonObject Error(GatewayRefusal refusal)
    {
        JsonObject error = new()
        {
            ["message"] = refusal.Message,
            ["type"] = Type(refusal.Kind),
            ["param"] = null,
            ["code"] = refusal.Kind == RefusalKind.Unauthenticated ? "invalid_api_key" : null,
        };
        if (refusal.Position is { } position)
        {
            error["queue_position"] = position;
        }

        return new JsonObject { ["error"] = error };
    }

    private static string Type(RefusalKind kind) =>
        kind switch
        {
            RefusalKind.Invalid or RefusalKind.TooLarge => "invalid_request_error",
            RefusalKind.Unauthenticated => "authentication_error",
            RefusalKind.Forbidden => "permission_error",
            RefusalKind.NotFound => "not_found_error",
            RefusalKind.TooMany => "rate_limit_error",
            _ => "api_error",
        };
}
