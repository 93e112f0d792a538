using HybridLlm.Gateway.Dashboard;
using HybridLlm.Gateway.Endpoints;
using HybridLlm.Gateway.Holding;
using HybridLlm.Gateway.Metrics;
using HybridLlm.Gateway.Routing;
using HybridLlm.Gateway.Tenants;
using HybridLlm.Ollama.Continuity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace HybridLlm.Gateway.Hosting;

/// <summary>A gateway's parts, and what all its endpoints share: who may, what goes wrong, and in whose words it is said.</summary>
internal sealed class HybridGateway : IHostedService, IDisposable
{
    private readonly ILogger _logger;
    private readonly WakeNews? _wake;
    private int _disposed;

    public HybridGateway(
        HybridGatewayOptions options,
        HybridCluster? cluster,
        IHttpForwarder forwarder,
        TimeProvider clock,
        ILogger logger
    )
    {
        (Options, Clock, Forwarder, _logger) = (options, clock, forwarder, logger);
        BackendPool home = new(options, clock);
        Router = new GatewayRouter(home, cluster is null ? null : new CloudNode(cluster, options), options, clock);
        Metrics = new GatewayMetrics(Router);
        Callers = new Callers(options, clock);
        Recent = new RecentAnswers(clock);
        Hourly = new HourlyCost(cluster, options, clock);
        Cost = new CostMeter(clock, open => Hourly.Now(Router, open));
        _wake = cluster is null ? null : new WakeNews(cluster, clock, Metrics.Stage);
        Answers = new OllamaContinuity(
            new Nowhere(),
            new ContinuityOptions
            {
                TimeProvider = clock,
                StallLimit = TimeSpan.FromSeconds(options.StallSeconds),
                RequireSameVersion = !options.AllowOtherVersions,
            }
        );
    }

    public HybridGatewayOptions Options { get; }

    public TimeProvider Clock { get; }

    public IHttpForwarder Forwarder { get; }

    public GatewayRouter Router { get; }

    public GatewayMetrics Metrics { get; }

    public CostMeter Cost { get; }

    public Callers Callers { get; }

    public RecentAnswers Recent { get; }

    public OllamaContinuity Answers { get; }

    public IWakeNews? Wake => _wake;

    public IReadOnlyList<PastStage> PastStages => _wake?.Past ?? [];

    public TimeSpan? KeepAlive =>
        Options.KeepAliveSeconds is { } seconds && Router.Cloud is null ? TimeSpan.FromSeconds(seconds) : null;

    private HourlyCost Hourly { get; }

    /// <summary>Runs an endpoint for one who may ask, and says what goes wrong as its API says it.</summary>
    public RequestDelegate Guarded(Func<HttpContext, Caller, Task> endpoint) =>
        async context =>
        {
            var protocol = ErrorWords.ProtocolOf(context.Request.Path);
            using var open = Metrics.Open(protocol);
            try
            {
                await endpoint(context, Callers.Identify(context)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The client has left; nobody is there to be told.
            }
            catch (Exception e) when (Faults.Of(e) is { } refusal)
            {
                Told(context, refusal);
                await RefuseAsync(context, refusal).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException && !context.Response.HasStarted)
            {
                Failed(context, e);
                await RefuseAsync(context, Unforeseen()).ConfigureAwait(false);
            }
        };

    public void Told(HttpContext context, GatewayRefusal refusal)
    {
        Metrics.Refused(refusal, ErrorWords.ProtocolOf(context.Request.Path));
        if (refusal.Status >= StatusCodes.Status500InternalServerError)
        {
            GatewayLog.Refused(_logger, context.Request.Path, refusal.Status, refusal.Message, refusal.InnerException);
        }
    }

    public void Failed(HttpContext context, Exception e) => GatewayLog.Failed(_logger, context.Request.Path, e);

    /// <summary>What a client is told of a failure that is none of ours.</summary>
    public static GatewayRefusal Unforeseen() =>
        new(RefusalKind.Upstream, "The gateway failed on this request; its log says why.")
        {
            UpstreamStatus = StatusCodes.Status500InternalServerError,
        };

    public void Moved(Migration move)
    {
        Metrics.Moved(move);
        var cause = move.Cause?.Message ?? "the server is draining";
        GatewayLog.Moved(_logger, move.From, move.To, move.AfterCharacters, move.Method.ToString(), cause);
    }

    /// <exception cref="GatewayRefusal">The model is not for this caller.</exception>
    public static void Allow(Caller caller, string model)
    {
        if (!caller.MayUse(model))
        {
            // What is not for him is not there for him.
            throw new GatewayRefusal(RefusalKind.NotFound, $"model '{model}' not found");
        }
    }

    public Task MetricsAsync(HttpContext context, Caller caller) => PrometheusPage.WriteAsync(context, Metrics);

    public static async Task ReplyAsync(HttpContext context, System.Text.Json.Nodes.JsonObject reply)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var bytes = GatewayJson.Bytes(reply);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Router.Home.StartAsync(cancellationToken).ConfigureAwait(false);
        if (_wake is not null)
        {
            await _wake.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Router.Home.StopAsync(cancellationToken).ConfigureAwait(false);
        if (_wake is not null)
        {
            await _wake.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        // A container disposes a hosted service once for each name it goes by.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _wake?.Dispose();
        Metrics.Dispose();
        Router.Home.Dispose();
    }

    private static async Task RefuseAsync(HttpContext context, GatewayRefusal refusal)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        refusal.Apply(context.Response);
        await ReplyAsync(context, ErrorWords.For(context.Request.Path, refusal)).ConfigureAwait(false);
    }

    /// <summary>Every request brings its own route.</summary>
    private sealed class Nowhere : IOllamaEndpoints
    {
        public ValueTask<OllamaEndpoint?> NextAsync(
            string model,
            IReadOnlyList<OllamaEndpoint> failed,
            CancellationToken cancellationToken
        ) => ValueTask.FromResult<OllamaEndpoint?>(null);
    }
}
