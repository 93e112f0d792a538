namespace HybridLlm.Testing.Ollama;

/// <summary>
/// Which models are resident. Loads are one at a time; a request for a resident model never queues here, and so overtakes; who
/// triggered a load and leaves aborts it, and the next in line starts it again.
/// </summary>
internal sealed class RunnerPool(OllamaEmulatorOptions options)
{
    // Go's largest duration, about 292 years: how Ollama writes "for ever".
    private static readonly TimeSpan s_forEver = TimeSpan.FromTicks(long.MaxValue / 100);

    private readonly Lock _lock = new();
    private readonly List<Runner> _resident = [];
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _loadCrash;
    private bool _busy;

    /// <summary>Resident models, the one that stays longest first.</summary>
    public IReadOnlyList<Runner> Resident
    {
        get
        {
            lock (_lock)
            {
                DropExpired();
                return [.. _resident.OrderByDescending(r => r.ExpiresAt)];
            }
        }
    }

    /// <summary>A hold on the resident model; loads it first if need be.</summary>
    /// <exception cref="ReplyException">The queue is full, or the load failed.</exception>
    public async Task<Runner> AcquireAsync(
        EmulatedModel model,
        RunOptions run,
        TimeSpan? keepAlive,
        CancellationToken cancellationToken
    )
    {
        TaskCompletionSource? turn = null;
        lock (_lock)
        {
            if (TryHold(model, run, keepAlive) is { } runner)
            {
                return runner;
            }

            if (_busy && _waiting.Count(w => !w.Task.IsCompleted) >= options.MaxQueue)
            {
                throw new ReplyException(503, "server busy, please try again.  maximum pending requests exceeded");
            }

            if (_busy)
            {
                turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(turn);
            }

            _busy = true;
        }

        try
        {
            await (turn?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!turn!.TrySetCanceled(cancellationToken))
        {
            // The turn came at the same moment and must be passed on.
            EndTurn();
            throw;
        }

        try
        {
            return await LoadAsync(model, run, keepAlive, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            EndTurn();
        }
    }

    /// <summary>Gives a hold back.</summary>
    public void Release(Runner runner)
    {
        lock (_lock)
        {
            runner.Users--;
            runner.ExpiresAt = Expiry(runner.KeepAlive);
            DropExpired();
            Changed();
        }
    }

    /// <summary>Frees a model once nobody holds it.</summary>
    public void Unload(EmulatedModel model)
    {
        lock (_lock)
        {
            foreach (var runner in _resident.Where(r => r.Model.FullName == model.FullName))
            {
                (runner.Leaving, runner.KeepAlive, runner.ExpiresAt) = (
                    true,
                    TimeSpan.Zero,
                    options.TimeProvider.GetUtcNow()
                );
            }

            DropExpired();
            Changed();
        }
    }

    /// <summary>Kills the runners and a load that is under way.</summary>
    public void Crash()
    {
        Runner[] victims;
        lock (_lock)
        {
            victims = [.. _resident];
        }

        foreach (var runner in victims)
        {
            runner.Crash();
        }

        _loadCrash?.TrySetResult();
    }

    private async Task<Runner> LoadAsync(
        EmulatedModel model,
        RunOptions run,
        TimeSpan? keepAlive,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (TryHold(model, run, keepAlive) is { } runner)
                {
                    return runner;
                }

                if (MakeRoom(model))
                {
                    break;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        await WaitForLoadAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            Runner runner = new(model, run, options.Parallel, new CancellationTokenSource())
            {
                KeepAlive = options.KeepAlive,
            };
            _resident.Add(runner);
            return Hold(runner, keepAlive);
        }
    }

    private async Task WaitForLoadAsync(CancellationToken cancellationToken)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var crash = _loadCrash = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = options.LoadTime < options.LoadTimeout ? options.LoadTime : options.LoadTimeout;
        var load = options.TimeProvider.PauseAsync(time, abandoned.Token);
        if (await Task.WhenAny(load, crash.Task).ConfigureAwait(false) == crash.Task)
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
            throw new ReplyException(500, "llama-server process no longer running: unknown ");
        }

        await load.ConfigureAwait(false);
        if (options.LoadTime >= options.LoadTimeout)
        {
            throw new ReplyException(500, "timed out waiting for llama-server to start - ");
        }
    }

    private Runner? TryHold(EmulatedModel model, RunOptions run, TimeSpan? keepAlive)
    {
        DropExpired();
        var runner = _resident.Find(r =>
            Same(r, model) && r.Settings == run.Runner && !r.Leaving && !r.Crashed.IsCancellationRequested
        );
        return runner is null ? null : Hold(runner, keepAlive);
    }

    private Runner Hold(Runner runner, TimeSpan? keepAlive)
    {
        runner.Users++;
        // What one request asks for stays in force for those that ask for nothing.
        runner.KeepAlive = keepAlive ?? runner.KeepAlive;
        if (runner.ExpiresAt == default)
        {
            runner.ExpiresAt = Expiry(runner.KeepAlive);
        }

        return runner;
    }

    /// <summary>True if the model can be loaded now; else somebody must first give back what is in its way.</summary>
    private bool MakeRoom(EmulatedModel model)
    {
        var inTheWay =
            _resident.Find(r => Same(r, model))
            ?? (_resident.Count >= options.MaxLoadedModels ? _resident.MinBy(r => (r.Users, r.ExpiresAt)) : null);
        if (inTheWay is { Users: > 0 })
        {
            return false;
        }

        Drop(inTheWay);
        return true;
    }

    private void DropExpired()
    {
        var now = options.TimeProvider.GetUtcNow();
        foreach (var runner in _resident.Where(r => r.Users == 0 && (r.Leaving || r.ExpiresAt <= now)).ToList())
        {
            Drop(runner);
        }
    }

    private void Drop(Runner? runner)
    {
        if (runner is not null)
        {
            _resident.Remove(runner);
        }
    }

    private void EndTurn()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _busy = false;
        }
    }

    private void Changed()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private DateTimeOffset Expiry(TimeSpan keepAlive) =>
        options.TimeProvider.GetUtcNow() + (keepAlive < TimeSpan.Zero ? s_forEver : keepAlive);

    private static bool Same(Runner runner, EmulatedModel model) => runner.Model.FullName == model.FullName;
}
