using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Tenants;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>A question with one reply, for one who may ask it and pays for it.</summary>
internal static class MeteredCall
{
    /// <param name="gateway">The gateway.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="path">Where the servers have it.</param>
    /// <param name="body">The question, which is changed.</param>
    /// <param name="atHome">Only servers at home may answer: it is not worth a rented one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GatewayRefusal">He may not, no server, or it refused.</exception>
    public static async Task<JsonObject> AskAsync(
        HybridGateway gateway,
        Caller caller,
        string path,
        JsonObject body,
        bool atHome,
        CancellationToken cancellationToken
    )
    {
        var model = body.Text("model").Needed("model");
        HybridGateway.Allow(caller, model);
        RequestRules.Normalise(body, gateway.KeepAlive);
        using var entered = caller.Enter();
        var cost = gateway.Cost.Begin();
        JsonObject? reply = null;
        try
        {
            return reply = await UpstreamCall
                .PostAsync(gateway, path, model, body, atHome, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            caller.Spend((long)(reply?.Number("prompt_eval_count") ?? 0), gateway.Cost.End(cost));
        }
    }
}
