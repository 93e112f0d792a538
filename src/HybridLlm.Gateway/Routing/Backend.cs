using System.Collections.Concurrent;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Routing;

/// <summary>One Ollama server at home: how it looks, how much it has to do, and whether it may be given more.</summary>
internal sealed class Backend : IDisposable
{
    // A look may take this long. Ollama on a CPU that computes answers slowly; a server that is gone refuses at once.
    private static readonly TimeSpan s_lookLimit = TimeSpan.FromSeconds(5);

    // So many looks in a row without an answer, and its open answers go elsewhere.
    private const int LostAfterLooks = 6;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan? _keepAlive;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<string, Lazy<Task>> _loads = new(ModelNames.Comparer);
    private CancellationTokenSource _draining = new();
    private CancellationTokenSource _lost = new();
    private Task<BackendView>? _look;
    private int _silent;
    private int _open;

    public Backend(Uri address, TimeProvider clock, TimeSpan? keepAlive)
    {
        Address = new Uri(address.AbsoluteUri.TrimEnd('/') + "/");
        (_clock, _keepAlive) = (clock, keepAlive);
        Circuit = new Circuit(clock);
        Http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(5),
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                // The end of a whole answer is waited for, so that its connection can be used again. One more byte of an answer
                // that was given up closes it: reading on would keep the GPU at work on it.
                ResponseDrainTimeout = TimeSpan.FromMilliseconds(100),
                MaxResponseDrainSize = 1,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            }
        );
        Client = new OllamaClient(Http, Address);
    }

    public Uri Address { get; }

    /// <summary>Its address as text, by which it is told from others.</summary>
    public string Name => Address.AbsoluteUri;

    public HttpMessageInvoker Http { get; }

    public OllamaClient Client { get; }

    public Circuit Circuit { get; }

    public BackendView View { get; private set; } = BackendView.Unseen;

    /// <summary>Requests it has.</summary>
    public int Open => Volatile.Read(ref _open);

    public bool IsDraining => _draining.IsCancellationRequested;

    public CancellationToken Draining => _draining.Token;

    public CancellationToken Lost => _lost.Token;

    public bool Usable => View.Up && !IsDraining && Circuit.Closed;

    public bool Has(string model) => View.Models.ContainsKey(model);

    public void Take() => Interlocked.Increment(ref _open);

    public void GiveBack() => Interlocked.Decrement(ref _open);

    /// <summary>Gives it no new requests, and lets open answers move; undone by <see cref="Undrain"/>.</summary>
    public void Drain() => _draining.Cancel();

    public void Undrain()
    {
        lock (_gate)
        {
            if (_draining.IsCancellationRequested)
            {
                _draining = new CancellationTokenSource();
            }
        }
    }

    /// <summary>Looks at it, or joins the look that is under way.</summary>
    public Task<BackendView> LookAsync()
    {
        lock (_gate)
        {
            return _look is { IsCompleted: false } going ? going : _look = Task.Run(LookOnceAsync);
        }
    }

    /// <summary>
    /// Sees to it that the model is in memory, by a request of the gateway's own: Ollama gives up a load when the client that asked for
    /// it leaves. Whatever goes wrong, the request that follows will show it better.
    /// </summary>
    public async Task EnsureLoadedAsync(string model, CancellationToken cancellationToken)
    {
        if (View.Resident.ContainsKey(model))
        {
            return;
        }

        var load = _loads.GetOrAdd(model, m => new Lazy<Task>(() => LoadAsync(m)));
        await load.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _disposed.Cancel();
        Client.Dispose();
        Http.Dispose();
        _disposed.Dispose();
    }

    private async Task LoadAsync(string model)
    {
        try
        {
            await Client.PreloadAsync(model, _keepAlive, null, _disposed.Token).ConfigureAwait(false);
            await LookAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is OllamaException or OperationCanceledException)
        {
            // A model for embeddings, for example, refuses to be loaded this way.
        }
        finally
        {
            _loads.TryRemove(model, out _);
        }
    }

    private async Task<BackendView> LookOnceAsync()
    {
        BackendView view;
        try
        {
            using CancellationTokenSource limit = new(s_lookLimit, _clock);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _disposed.Token);
            view = await BackendProbe.LookAsync(Http, Address, ended.Token).ConfigureAwait(false);
            Answered();
        }
        catch (OperationCanceledException)
        {
            view = View with { Fault = "it does not answer" };
            Silent();
        }
        catch (Exception e)
            when (e
                    is HttpRequestException
                        or IOException
                        or System.Text.Json.JsonException
                        or InvalidOperationException
            )
        {
            view = View with { Fault = e.Message };
        }

        View = view;
        return view;
    }

    private void Answered()
    {
        _silent = 0;
        if (!Circuit.Closed)
        {
            Circuit.Record(true);
        }

        if (_lost.IsCancellationRequested)
        {
            _lost = new CancellationTokenSource();
        }
    }

    private void Silent()
    {
        if (++_silent == LostAfterLooks)
        {
            _ = _lost.CancelAsync();
        }
    }
}
