using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;
using HybridLlm.Gateway.Tenants;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>
/// <c>/gateway/backends</c>: the servers at home, for those who run them. <c>POST …/drain?backend=URL</c> gives a server no new requests,
/// has its open answers go on elsewhere, and answers when it has none left, so that a preStop hook or a script may stop it then;
/// <c>DELETE</c> of the same takes that back.
/// </summary>
internal sealed class DrainEndpoint(HybridGateway gateway)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    public Task ListAsync(HttpContext context, Caller caller)
    {
        caller.CheckOperator();
        JsonArray servers = [.. gateway.Router.Home.All.Select(Describe)];
        return HybridGateway.ReplyAsync(context, new JsonObject { ["backends"] = servers });
    }

    public static JsonObject Describe(Backend server) =>
        new()
        {
            ["address"] = server.Name,
            ["fault"] = server.View.Fault,
            ["version"] = server.View.Version,
            ["draining"] = server.IsDraining,
            ["open"] = server.Open,
            ["resident"] = new JsonArray([.. server.View.Resident.Keys.Select(m => (JsonNode)m)]),
        };

    public async Task DrainAsync(HttpContext context, Caller caller)
    {
        caller.CheckOperator();
        var backend = Named(context);
        backend.Drain();
        while (backend.Open > 0)
        {
            await Task.Delay(s_look, gateway.Clock, context.RequestAborted).ConfigureAwait(false);
        }

        await HybridGateway.ReplyAsync(context, new JsonObject { ["drained"] = backend.Name }).ConfigureAwait(false);
    }

    public Task UndrainAsync(HttpContext context, Caller caller)
    {
        caller.CheckOperator();
        var backend = Named(context);
        backend.Undrain();
        return HybridGateway.ReplyAsync(context, new JsonObject { ["undrained"] = backend.Name });
    }

    private Backend Named(HttpContext context)
    {
        var asked = context.Request.Query["backend"].ToString().TrimEnd('/') + "/";
        return gateway.Router.Home.All.FirstOrDefault(b =>
                string.Equals(b.Name, asked, StringComparison.OrdinalIgnoreCase)
            ) ?? throw new GatewayRefusal(RefusalKind.NotFound, "No such backend; GET /gateway/backends lists them.");
    }
}
