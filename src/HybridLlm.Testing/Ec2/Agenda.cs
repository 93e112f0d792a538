namespace HybridLlm.Testing.Ec2;

/// <summary>What will happen later, by the emulator's clock. Belongs to the cloud's lock; so does every action it runs.</summary>
internal sealed class Agenda(CloudState cloud) : IDisposable
{
    private readonly HashSet<ITimer> _timers = [];
    private bool _disposed;

    /// <summary>Runs an action under the lock after a while.</summary>
    public void In(TimeSpan delay, Action action)
    {
        if (_disposed)
        {
            return;
        }

        ITimer? timer = null;
        timer = cloud.Time.CreateTimer(
            _ => Run(timer!, action),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        _timers.Add(timer);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var timer in _timers)
        {
            timer.Dispose();
        }

        _timers.Clear();
    }

    private void Run(ITimer timer, Action action)
    {
        lock (cloud.Gate)
        {
            if (_timers.Remove(timer))
            {
                timer.Dispose();
                action();
            }
        }
    }
}
