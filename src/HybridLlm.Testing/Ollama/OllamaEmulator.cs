using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// An Ollama server that behaves as a real one was measured to: silent until the model is loaded and the first token exists, a load
/// that dies with the client that asked for it, three ways for a stream to end short, error bodies and codes. Its text comes from an
/// <see cref="IOllamaEngine"/>. Speaks the native <c>/api/*</c>, and OpenAI's and Anthropic's <c>/v1/*</c>, which end as cleanly after a
/// crash as Ollama's do.
/// </summary>
public sealed class OllamaEmulator : IAsyncDisposable
{
    private static readonly TimeSpan s_leaveTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<LiveRequest> _live = [];
    private readonly List<EmulatedRequest> _requests = [];
    private readonly EmulatorState _state;
    private readonly OllamaRouter _router;
    private WebApplication? _listener;
    private bool _killed;

    /// <summary>An emulator without a listener, to be reached through <see cref="HandleAsync"/>.</summary>
    /// <param name="options">Its models and speed; null for the defaults.</param>
    public OllamaEmulator(OllamaEmulatorOptions? options = null)
    {
        _state = new EmulatorState(options ?? new OllamaEmulatorOptions(), KillAsync);
        _router = new OllamaRouter(_state);
    }

    /// <summary>Its root, e.g. <c>http://127.0.0.1:40123</c>.</summary>
    /// <exception cref="InvalidOperationException">It has no listener.</exception>
    public Uri Address
    {
        get => field ?? throw new InvalidOperationException("Start it with StartAsync to have an address.");
        private set;
    }

    /// <summary>What it was asked so far, in the order of arrival.</summary>
    public IReadOnlyList<EmulatedRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Requests it has not answered to the end.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _live.Count;
            }
        }
    }

    /// <summary>Starts one that listens on a free port of 127.0.0.1.</summary>
    /// <param name="options">Its models and speed; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<OllamaEmulator> StartAsync(
        OllamaEmulatorOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        OllamaEmulator emulator = new(options);
        await emulator.ListenAsync(cancellationToken).ConfigureAwait(false);
        return emulator;
    }

    /// <summary>Answers one request. On a listener that is not its own, a cut may take lines with it, or be a reset.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using LiveRequest live = new(context);
        lock (_lock)
        {
            _live.Add(live);
            if (_killed)
            {
                live.Cut();
            }
        }

        try
        {
            await AnswerAsync(context, live).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (live.Ended.IsCancellationRequested)
        {
            // Aborting resets the connection, which may take with it what the client has not read yet.
            await LeaveTimeAsync(context.RequestAborted).ConfigureAwait(false);
            context.Abort();
        }
        finally
        {
            lock (_lock)
            {
                _live.Remove(live);
            }
        }
    }

    /// <summary>Plans a failure of the next stream that has none planned. Loads and renderings are not streams.</summary>
    public void Arm(StreamFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        _state.Faults.Enqueue(fault);
    }

    /// <summary>Takes back planned failures that have not happened.</summary>
    public void Disarm() => _state.Faults.Clear();

    /// <summary>Kills the server: every connection ends at once, mid-answer, and no new one is accepted. SIGTERM looks the same.</summary>
    public async Task KillAsync()
    {
        WebApplication? listener;
        lock (_lock)
        {
            (listener, _listener, _killed) = (_listener, null, true);
        }

        CutAll();
        if (listener is not null)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Kills the model runners: their streams end with an error line, requests without an answer so far get 500, and the next one loads again.</summary>
    public void CrashRunners() => _state.Runners.Crash();

    /// <summary>Stops the server from doing anything, connections stay open; as SIGSTOP does.</summary>
    public void Hang() => _state.Gate.Close();

    /// <summary>Ends <see cref="Hang"/>; answers go on where they were.</summary>
    public void Resume() => _state.Gate.Open();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Resume();
        await KillAsync().ConfigureAwait(false);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        // A line counts as sent only once the kernel has it, so that a cut loses none of them, as with Go's server. (A blocked
        // writer goes on below half of this size, so it cannot be 1.)
        builder.WebHost.UseSockets(sockets => sockets.MaxWriteBufferSize = 2);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var listener = builder.Build();
        listener.Run(HandleAsync);
        await listener.StartAsync(cancellationToken).ConfigureAwait(false);
        _listener = listener;
        var addresses = listener.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(addresses.Addresses.Single());
    }

    private async Task AnswerAsync(HttpContext context, LiveRequest live)
    {
        try
        {
            var body = OllamaRouter.IsBlob(context.Request)
                ? ""
                : await ReadBodyAsync(context, live.Ended).ConfigureAwait(false);
            lock (_lock)
            {
                _requests.Add(
                    new EmulatedRequest(context.Request.Method, context.Request.Path, body, _state.Clock.GetUtcNow())
                );
            }

            await _state.Gate.PassAsync(live.Ended).ConfigureAwait(false);
            await _router.HandleAsync(context, live, body).ConfigureAwait(false);
        }
        catch (ReplyException e)
        {
            await Reply.ErrorAsync(context, e).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ConnectionResetException)
        {
            // The client left while being read from or written to.
            context.Abort();
        }
    }

    private void CutAll()
    {
        LiveRequest[] live;
        lock (_lock)
        {
            live = [.. _live];
        }

        foreach (var request in live)
        {
            request.Cut();
        }
    }

    /// <summary>Waits until the client has gone, too, or does not go.</summary>
    private static async Task LeaveTimeAsync(CancellationToken clientLeft) =>
        await Task.Delay(s_leaveTime, TimeProvider.System, clientLeft)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static async Task<string> ReadBodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using StreamReader reader = new(context.Request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
