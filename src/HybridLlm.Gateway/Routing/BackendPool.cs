using HybridLlm.Gateway.Hosting;
using Microsoft.Extensions.Hosting;

namespace HybridLlm.Gateway.Routing;

/// <summary>The servers at home: looked at all the time, and chosen among.</summary>
internal sealed class BackendPool : BackgroundService
{
    private readonly Lock _gate = new();
    private readonly HybridGatewayOptions _options;
    private readonly TimeProvider _clock;

    public BackendPool(HybridGatewayOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        TimeSpan? keepAlive = options.KeepAliveSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        All = [.. options.Backends.Select(b => new Backend(b, clock, keepAlive))];
    }

    public IReadOnlyList<Backend> All { get; }

    /// <summary>There may be room where there was none, or none where there was.</summary>
    public event Action? Changed;

    /// <summary>A server for the wish and leave to use it; null if there is no room.</summary>
    public Grant? TryTake(Wish wish)
    {
        lock (_gate)
        {
            var usable = All.Where(b => b.Usable && b.Has(wish.Model) && !IsFull(b) && CanGoOn(b, wish)).ToList();
            if (usable.Count == 0)
            {
                return null;
            }

            var chosen = BackendChoice.Choose(Best(usable, wish), wish);
            chosen.Take();
            return new Grant(chosen, () => GiveBack(chosen));
        }
    }

    /// <summary>Why no server at home will do, now or when others are done; null if one will.</summary>
    public GatewayRefusal? WhyNone(string model)
    {
        if (All.Any(b => b.Usable && b.Has(model)))
        {
            return null;
        }

        var later = All.Any(b => b.Has(model)) || (All.Count > 0 && !All.Any(b => b.View.Up));
        return later
            ? new GatewayRefusal(
                RefusalKind.Unavailable,
                $"None of the {All.Count} servers behind this gateway can answer for '{model}' now. Try again shortly.",
                TimeSpan.FromSeconds(5)
            )
            : new GatewayRefusal(RefusalKind.NotFound, $"model '{model}' not found");
    }

    /// <summary>Looks at all of them now.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(All.Select(b => b.LookAsync())).WaitAsync(cancellationToken).ConfigureAwait(false);
        Changed?.Invoke();
    }

    /// <summary>Waits until each has been looked at once, so that a gateway that has just started does not say that there is nothing.</summary>
    public Task SeenAsync(CancellationToken cancellationToken) =>
        All.Any(b => b.View == BackendView.Unseen) ? LookAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Looks at one that failed a request; one that is up all the same has failed it for another reason.</summary>
    public async Task ExamineAsync(Backend backend, CancellationToken cancellationToken)
    {
        var view = await backend.LookAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (view.Up)
        {
            backend.Circuit.Record(false);
        }

        Changed?.Invoke();
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var backend in All)
        {
            backend.Dispose();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(All.Select(b => KeepLookingAsync(b, stoppingToken)));

    private async Task KeepLookingAsync(Backend backend, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await backend.LookAsync().ConfigureAwait(false);
            Changed?.Invoke();
            await Task.Delay(TimeSpan.FromSeconds(_options.ProbeSeconds), _clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsFull(Backend backend) => _options.BackendParallel > 0 && backend.Open >= _options.BackendParallel;

    /// <summary>
    /// Other weights never go on with an answer, also where the server it began at was lost before it could say which it has; another
    /// version does only where that is allowed.
    /// </summary>
    private bool CanGoOn(Backend backend, Wish wish) =>
        !wish.Begun
        || (
            (wish.Digest is not { } digest || backend.View.Digest(wish.Model) == digest)
            && (_options.AllowOtherVersions || wish.Version is not { } version || backend.View.Version == version)
        );

    /// <summary>Those that did not fail this request, and among them those its answer can go on at exactly, as far as there are any.</summary>
    private static List<Backend> Best(List<Backend> usable, Wish wish)
    {
        usable = Prefer(usable, b => !wish.Avoid.Contains(b.Name, StringComparer.Ordinal));
        usable = wish.Digest is { } digest ? Prefer(usable, b => b.View.Digest(wish.Model) == digest) : usable;
        return wish.Version is { } version ? Prefer(usable, b => b.View.Version == version) : usable;
    }

    private static List<Backend> Prefer(List<Backend> from, Func<Backend, bool> preferred) =>
        from.Where(preferred).ToList() is { Count: > 0 } some ? some : from;

    private void GiveBack(Backend backend)
    {
        backend.GiveBack();
        Changed?.Invoke();
    }
}
