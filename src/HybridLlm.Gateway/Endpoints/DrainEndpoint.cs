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
        Check(caller);
        var servers = gateway.Router.Home.All.Select(b => new JsonObject
        {
            ["address"] = b.Name,
            ["fault"] = b.View.Fault,
            ["version"] = b.View.Version,
            ["draining"] = b.IsDraining,
            ["open"] = b.Open,
        });
        return HybridGateway.ReplyAsync(context, new JsonObject { ["backends"] = new JsonArray([.. servers]) });
    }

    public async Task DrainAsync(HttpContext context, Caller caller)
    {
        Check(caller);
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
        Check(caller);
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

    private static void Check(Caller caller)
    {
        if (!caller.IsOperator)
        {
            throw new GatewayRefusal(RefusalKind.Forbidden, "This is for operators: keys with Operator set.");
        }
    }
}
