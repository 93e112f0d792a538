using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;
using HybridLlm.Gateway.Tenants;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal sealed class ModelList(HybridGateway gateway)
{
    public async Task AllAsync(HttpContext context, Caller caller)
    {
        await gateway.Router.Home.SeenAsync(context.RequestAborted).ConfigureAwait(false);
        JsonObject list = new() { ["object"] = "list", ["data"] = new JsonArray([.. Models(caller)]) };
        await HybridGateway.ReplyAsync(context, list).ConfigureAwait(false);
    }

    public async Task OneAsync(HttpContext context, Caller caller)
    {
        await gateway.Router.Home.SeenAsync(context.RequestAborted).ConfigureAwait(false);
        var id = context.Request.RouteValues["model"]?.ToString() ?? "";
        var model =
            Models(caller).FirstOrDefault(m => ModelNames.Same(m["id"]!.ToString(), id))
            ?? throw new GatewayRefusal(RefusalKind.NotFound, $"model '{id}' not found");
        await HybridGateway.ReplyAsync(context, model).ConfigureAwait(false);
    }

    private IEnumerable<JsonObject> Models(Caller caller) =>
        OfferedModels
            .Installed(gateway.Router, caller.MayUse)
            .Select(m => new JsonObject
            {
                ["id"] = m["name"]?.ToString(),
                ["object"] = "model",
                ["created"] = DateTimeOffset.TryParse(m["modified_at"]?.ToString(), null, out var at)
                    ? at.ToUnixTimeSeconds()
                    : 0,
                ["owned_by"] = "library",
            });
}
