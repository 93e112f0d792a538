using System.Text.Json.Nodes;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Routing;
using HybridLlm.Gateway.Tenants;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints.Anthropic;

/// <summary>
/// <c>POST /v1/messages/count_tokens</c>: what the model's own server says that the prompt is, by its template and its tokens. Ollama has no
/// question for that alone, so the prompt is read and one token written; no node is rented for it.
/// </summary>
internal sealed class TokenCount(HybridGateway gateway)
{
    public async Task CountAsync(HttpContext context, Caller caller)
    {
        var body = await RequestBody.ReadAsync(context, gateway.Options.MaxBodyBytes).ConfigureAwait(false);
        body["max_tokens"] = 1.0;
        var ask = new AnthropicProtocol().Read(body);
        ask.Body["stream"] = false;
        HybridGateway.Allow(caller, ask.Model);
        await CheckAsync(ModelNames.Full(ask.Model), context.RequestAborted).ConfigureAwait(false);

        var reply = await MeteredCall
            .AskAsync(gateway, caller, "api/chat", ask.Body, atHome: true, context.RequestAborted)
            .ConfigureAwait(false);
        var tokens =
            reply.Number("prompt_eval_count")
            ?? throw new GatewayRefusal(RefusalKind.Upstream, "The server did not say how many tokens the prompt is.");
        await HybridGateway
            .ReplyAsync(context, new JsonObject { ["input_tokens"] = (long)tokens })
            .ConfigureAwait(false);
    }

    private async Task CheckAsync(string model, CancellationToken cancellationToken)
    {
        var home = gateway.Router.Home;
        if (home.WhyNone(model) is null)
        {
            return;
        }

        await home.LookAsync(cancellationToken).ConfigureAwait(false);
        if (home.WhyNone(model) is { } why)
        {
            throw gateway.Router.Cloud?.Serves(model) is true
                ? new GatewayRefusal(
                    RefusalKind.Upstream,
                    "Tokens are counted by servers at home only, and none has this model: a node is not rented to count."
                )
                {
                    UpstreamStatus = StatusCodes.Status501NotImplemented,
                }
                : why;
        }
    }
}
