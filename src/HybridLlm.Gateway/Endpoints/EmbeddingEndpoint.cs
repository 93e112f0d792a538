using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Tenants;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>Vectors of texts, by Ollama's and OpenAI's ways to ask for them.</summary>
internal sealed class EmbeddingEndpoint(HybridGateway gateway)
{
    /// <summary><c>/api/embed</c> and the older <c>/api/embeddings</c>.</summary>
    public async Task NativeAsync(HttpContext context, Caller caller)
    {
        var body = await RequestBody.ReadAsync(context, gateway.Options.MaxBodyBytes).ConfigureAwait(false);
        var reply = await AskAsync(context, caller, context.Request.Path.Value!.TrimStart('/'), body)
            .ConfigureAwait(false);
        await HybridGateway.ReplyAsync(context, reply).ConfigureAwait(false);
    }

    /// <summary><c>/v1/embeddings</c>.</summary>
    public async Task OpenAiAsync(HttpContext context, Caller caller)
    {
        var body = await RequestBody.ReadAsync(context, gateway.Options.MaxBodyBytes).ConfigureAwait(false);
        var model = body.Text("model").Needed("model");
        var base64 = body.Text("encoding_format") is "base64";
        JsonObject native = new()
        {
            ["model"] = model,
            ["input"] = body.Texts("input") ?? throw new GatewayRefusal(RefusalKind.Invalid, "input is required."),
        };
        if (body.Whole("dimensions", 1) is { } dimensions)
        {
            native["dimensions"] = dimensions;
        }

        var reply = await AskAsync(context, caller, "api/embed", native).ConfigureAwait(false);
        var tokens = reply["prompt_eval_count"]?.DeepClone() ?? 0;
        var vectors = reply["embeddings"] as JsonArray ?? [];
        JsonArray data =
        [
            .. vectors.Select(
                (v, i) =>
                    new JsonObject
                    {
                        ["object"] = "embedding",
                        ["embedding"] = base64 ? Base64((JsonArray)v!) : v!.DeepClone(),
                        ["index"] = i,
                    }
            ),
        ];
        await HybridGateway
            .ReplyAsync(
                context,
                new JsonObject
                {
                    ["object"] = "list",
                    ["data"] = data,
                    ["model"] = model,
                    ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens.DeepClone() },
                }
            )
            .ConfigureAwait(false);
    }

    private Task<JsonObject> AskAsync(HttpContext context, Caller caller, string path, JsonObject body) =>
        MeteredCall.AskAsync(gateway, caller, path, body, atHome: false, context.RequestAborted);

    private static string Base64(JsonArray vector)
    {
        var bytes = new byte[vector.Count * sizeof(float)];
        for (var i = 0; i < vector.Count; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(float)), (float)vector[i]!.GetValue<double>());
        }

        return Convert.ToBase64String(bytes);
    }
}
