using HybridLlm.Gateway.Dashboard;
using HybridLlm.Gateway.Holding;
using HybridLlm.Gateway.Hosting;
using HybridLlm.Gateway.Metrics;
using HybridLlm.Gateway.Routing;
using HybridLlm.Gateway.Tenants;
using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>Answers a request for text, whatever the protocol: held, routed, moved and counted.</summary>
internal sealed class AnswerEndpoint(HybridGateway gateway, IProtocol protocol)
{
    private readonly HybridGatewayOptions _options = gateway.Options;
    private readonly TimeProvider _clock = gateway.Clock;

    public async Task HandleAsync(HttpContext context, Caller caller)
    {
        var body = await RequestBody.ReadAsync(context, _options.MaxBodyBytes).ConfigureAwait(false);
        var ask = protocol.Read(body);
        var model = ModelNames.Full(ask.Model);
        HybridGateway.Allow(caller, ask.Model);
        RequestRules.Normalise(ask.Body, gateway.KeepAlive);
        using var entered = caller.Enter();

        RequestHold hold = new(_clock, gateway.Wake);
        Wish wish = new() { Model = model, Prefix = PrefixHash.Of(model, ask.Body) };
        Route route = new(gateway.Router, wish, hold);
        using AnswerTrace trace = new(gateway.Metrics, ask, model, _clock, context.Request.Headers.TraceParent);
        var cost = gateway.Cost.Begin();
        Moves moves = new(gateway);
        try
        {
            var chunks = gateway.Answers.Through(route).StreamAsync(ask.Api, ask.Body, moves, context.RequestAborted);
            await RelayAsync(context, ask, chunks, hold, Seen).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            trace.Failed(e);
            throw;
        }
        finally
        {
            var usd = gateway.Cost.End(cost);
            trace.Server(route.Server);
            caller.Spend((trace.Usage?.PromptTokens ?? 0) + (trace.Usage?.AnswerTokens ?? 0), usd);
            if (route.Server is { } server)
            {
                // Else it may be a model nobody has: invented names would fill the page.
                gateway.Metrics.Answered(trace.Elapsed, trace.Usage, usd, model, caller.Name);
                gateway.Recent.Add(
                    new PastAnswer
                    {
                        EndedAt = _clock.GetUtcNow(),
                        Model = model,
                        Caller = caller.Name,
                        Server = server,
                        Took = trace.Elapsed,
                        Complete = trace.Done,
                        Usage = trace.Usage,
                        Usd = usd,
                        Seams = moves.All,
                        Exact = trace.Continuity?.Exact,
                    }
                );
            }
        }

        void Seen(OllamaChunk chunk)
        {
            route.Begun = true;
            trace.Line(chunk, hold, gateway.PastStages);
        }
    }

    private async Task RelayAsync(
        HttpContext context,
        Ask ask,
        IAsyncEnumerable<OllamaChunk> chunks,
        RequestHold hold,
        Action<OllamaChunk> seen
    )
    {
        using var shape = protocol.Shape(ask);
        if (!ask.Stream)
        {
            GatheredAnswer answer = new();
            await foreach (var chunk in chunks.ConfigureAwait(false))
            {
                seen(chunk);
                answer.Add(chunk);
            }

            await HybridGateway.ReplyAsync(context, shape.Whole(answer)).ConfigureAwait(false);
            return;
        }

        AnswerPump pump = new(context, shape, hold.News, TimeSpan.FromSeconds(_options.HeartbeatSeconds), _clock);
        await using (pump.ConfigureAwait(false))
        {
            try
            {
                await pump.PassAsync(chunks, seen).ConfigureAwait(false);
            }
            catch (Exception e) when (Faults.Of(e) is not null || !context.RequestAborted.IsCancellationRequested)
            {
                // What nobody has foreseen is told, too: a stream that just breaks off looks like a network's fault.
                var refusal = Faults.Of(e);
                if (!await pump.TryFaultAsync(refusal ?? HybridGateway.Unforeseen()).ConfigureAwait(false))
                {
                    throw;
                }

                if (refusal is not null)
                {
                    gateway.Told(context, refusal);
                }
                else
                {
                    gateway.Failed(context, e);
                }
            }
        }
    }

    private sealed class Moves(HybridGateway gateway) : IProgress<Migration>
    {
        private List<Migration>? _all;

        public IReadOnlyList<Migration> All => _all ?? [];

        public void Report(Migration value)
        {
            (_all ??= []).Add(value);
            gateway.Moved(value);
        }
    }
}
