using System.Collections.Concurrent;
using HybridLlm.Gateway.Holding;
using HybridLlm.Gateway.Hosting;

namespace HybridLlm.Gateway.Routing;

/// <summary>
/// Finds each request a server: at home first, then the rented node, which is woken for it; else it waits its turn. One queue a model, so
/// that a model nobody can serve holds up no other.
/// </summary>
internal sealed class GatewayRouter
{
    private static readonly TimeSpan s_busyRetry = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, HoldQueue<Wish, Grant>> _queues = new(ModelNames.Comparer);

    public GatewayRouter(BackendPool home, CloudNode? cloud, HybridGatewayOptions options, TimeProvider clock)
    {
        (Home, Cloud, Options, Clock) = (home, cloud, options, clock);
        home.Changed += Settle;
        if (cloud is not null)
        {
            cloud.Changed += Settle;
        }
    }

    public BackendPool Home { get; }

    public CloudNode? Cloud { get; }

    public HybridGatewayOptions Options { get; }

    public TimeProvider Clock { get; }

    /// <summary>Requests that wait for a server, of all models.</summary>
    public int Held => _queues.Values.Sum(q => q.Count);

    /// <summary>Leave to use a server.</summary>
    /// <param name="wish">What is wanted.</param>
    /// <param name="hold">Told while it waits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GatewayRefusal">There is none, and none to wait for, or not for so many or so long.</exception>
    public async ValueTask<Grant> TakeAsync(Wish wish, RequestHold hold, CancellationToken cancellationToken)
    {
        if (Queue(wish.Model)?.TryTake(wish, wish.Begun) is { } free)
        {
            return free;
        }

        if (WhyNone(wish.Model) is not null)
        {
            // One may have come up, or have got the model, since it was looked at.
            await Home.LookAsync(cancellationToken).ConfigureAwait(false);
            if (WhyNone(wish.Model) is { } refusal && (!wish.Begun || Options.ReturnSeconds <= 0))
            {
                throw refusal;
            }
        }

        var queue = Queue(wish.Model) ?? throw WhyNone(wish.Model)!;
        var held =
            queue.Join(wish, wish.Begun, Options.MaxHeld)
            ?? throw new GatewayRefusal(
                RefusalKind.Unavailable,
                $"{Options.MaxHeld} requests wait for '{wish.Model}' already. Try again later.",
                s_busyRetry,
                Options.MaxHeld + 1
            );
        var grant = await WaitAsync(held, wish, hold, cancellationToken).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            grant.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return grant;
    }

    /// <summary>Refuses all who wait for the rented node: its wake failed, and each would only start it again.</summary>
    public void FailHeld(string model, Exception why) =>
        _queues.GetValueOrDefault(model)?.Fail(wish => Home.WhyNone(wish.Model) is null ? null : why);

    /// <summary>Why nobody will serve the model, now or later; null if somebody may.</summary>
    public GatewayRefusal? WhyNone(string model) =>
        Cloud?.Serves(model) is true ? null
        : Home.WhyNone(model) is { Kind: RefusalKind.NotFound } unknown && Cloud is not null
            ? new GatewayRefusal(
                RefusalKind.NotFound,
                $"{unknown.Message}; this gateway serves {Cloud.Cluster.Spec.Model.Name}"
            )
        : Home.WhyNone(model);

    /// <summary>The refusal of a request that waited as long as one may.</summary>
    public static GatewayRefusal TooLong(string model, RequestHold hold, int? position) =>
        new(
            RefusalKind.Unavailable,
            $"No server had room for '{model}' within {hold.Held.TotalSeconds:0} s. Try again later.",
            s_busyRetry,
            position
        );

    private static GatewayRefusal NoneBack(TimeSpan within) =>
        new(
            RefusalKind.Unavailable,
            $"The server was lost in the middle of the answer, and within {within.TotalSeconds:0} s none was there to go on with it. Ask again.",
            s_busyRetry
        );

    private async Task<Grant> WaitAsync(
        HoldQueue<Wish, Grant>.Held held,
        Wish wish,
        RequestHold hold,
        CancellationToken cancellationToken
    )
    {
        var longest =
            wish.Begun && Cloud?.Serves(wish.Model) is not true
                ? TimeSpan.FromSeconds(Options.ReturnSeconds)
                : hold.Left(Options);
        using CancellationTokenSource limit = new(longest, Clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var waiting = hold.Queued(() => held.Position);
        try
        {
            return await held.WaitAsync(ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw wish.Begun ? NoneBack(longest) : TooLong(wish.Model, hold, held.Position);
        }
    }

    /// <summary>The model's queue; null for a model nobody has, so that invented names leave nothing behind.</summary>
    private HoldQueue<Wish, Grant>? Queue(string model) =>
        _queues.TryGetValue(model, out var queue) ? queue
        : Cloud?.Serves(model) is true || Home.All.Any(b => b.Has(model))
            ? _queues.GetOrAdd(
                model,
                _ => new(wish => Home.TryTake(wish) ?? (wish.AtHome ? null : Cloud?.TryTake(wish.Model)))
            )
        : null;

    private void Settle()
    {
        foreach (var (model, queue) in _queues)
        {
            queue.Pump();
            if (WhyNone(model) is { } refusal)
            {
                queue.Fail(wish => wish.Begun ? null : refusal);
            }
        }
    }
}
