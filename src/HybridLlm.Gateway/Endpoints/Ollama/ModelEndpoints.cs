using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;
using HybridLlm.Gateway.Tenants;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace HybridLlm.Gateway.Endpoints.Ollama;

/// <summary>What Ollama says about models. None of it wakes a node.</summary>
internal sealed class ModelEndpoints(HybridGateway gateway)
{
    // Forwarding has its own limit of 100 s; a server's description of a model takes milliseconds.
    private static readonly ForwarderRequestConfig s_forward = new() { ActivityTimeout = TimeSpan.FromSeconds(30) };

    private static readonly string s_version = typeof(ModelEndpoints).Assembly.GetName().Version!.ToString(3);

    /// <summary>The servers' version if they agree: clients switch features by it.</summary>
    public async Task VersionAsync(HttpContext context, Caller caller)
    {
        await gateway.Router.Home.SeenAsync(context.RequestAborted).ConfigureAwait(false);
        var versions = gateway.Router.Home.All.Where(b => b.View.Up).Select(b => b.View.Version).Distinct().ToList();
        var version = versions is [{ Length: > 0 } one] ? one : $"{s_version}-hybridllm";
        await HybridGateway.ReplyAsync(context, new JsonObject { ["version"] = version }).ConfigureAwait(false);
    }

    public Task TagsAsync(HttpContext context, Caller caller) =>
        ListAsync(context, () => OfferedModels.Installed(gateway.Router, caller.MayUse));

    public Task ResidentAsync(HttpContext context, Caller caller) =>
        ListAsync(context, () => OfferedModels.Resident(gateway.Router, caller.MayUse));

    public async Task ShowAsync(HttpContext context, Caller caller)
    {
        var body = await RequestBody.ReadAsync(context, gateway.Options.MaxBodyBytes).ConfigureAwait(false);
        var model = (body.Text("model") ?? body.Text("name")).Needed("model");
        HybridGateway.Allow(caller, model);
        var name = ModelNames.Full(model);
        if (gateway.Router.Home.WhyNone(name) is not null)
        {
            await gateway.Router.Home.LookAsync(context.RequestAborted).ConfigureAwait(false);
        }

        if (gateway.Router.Home.All.FirstOrDefault(b => b.Usable && b.Has(name)) is { } backend)
        {
            await ForwardAsync(context, backend, body).ConfigureAwait(false);
        }
        else if (gateway.Router.Cloud is { } cloud && cloud.Serves(model))
        {
            var described = new JsonObject
            {
                ["details"] = new JsonObject { ["context_length"] = cloud.Cluster.Spec.Model.ContextTokens },
                ["model_info"] = new JsonObject(),
                ["capabilities"] = new JsonArray("completion"),
            };
            await HybridGateway.ReplyAsync(context, described).ConfigureAwait(false);
        }
        else
        {
            throw gateway.Router.Home.WhyNone(name)!;
        }
    }

    public static Task RefuseAsync(HttpContext context, Caller caller) =>
        throw new GatewayRefusal(
            RefusalKind.Forbidden,
            $"{context.Request.Path} is not offered by this gateway: it would change models for everybody, or reach beyond them."
        );

    private async Task ForwardAsync(HttpContext context, Backend backend, JsonObject body)
    {
        using MemoryStream again = new(GatewayJson.Bytes(body));
        context.Request.Body = again;
        context.Request.ContentLength = again.Length;
        var error = await gateway
            .Forwarder.SendAsync(context, backend.Name, backend.Http, s_forward, Plain.Instance)
            .ConfigureAwait(false);
        if (error != ForwarderError.None && !context.Response.HasStarted)
        {
            context.Response.Headers.Clear();
            throw new GatewayRefusal(
                RefusalKind.Unavailable,
                "The server behind this gateway failed. Try again shortly.",
                TimeSpan.FromSeconds(5)
            );
        }
    }

    private async Task ListAsync(HttpContext context, Func<IReadOnlyList<JsonObject>> models)
    {
        await gateway.Router.Home.SeenAsync(context.RequestAborted).ConfigureAwait(false);
        await HybridGateway
            .ReplyAsync(context, new JsonObject { ["models"] = new JsonArray([.. models()]) })
            .ConfigureAwait(false);
    }

    /// <summary>Forwards path and body; keys and cookies stay here.</summary>
    private sealed class Plain : HttpTransformer
    {
        public static readonly Plain Instance = new();

        public override ValueTask TransformRequestAsync(
            HttpContext httpContext,
            HttpRequestMessage proxyRequest,
            string destinationPrefix,
            CancellationToken cancellationToken
        )
        {
            proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(
                destinationPrefix,
                httpContext.Request.Path,
                QueryString.Empty
            );
            if (proxyRequest.Content is { } content)
            {
                content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
                content.Headers.ContentLength = httpContext.Request.ContentLength;
            }

            return ValueTask.CompletedTask;
        }
    }
}
