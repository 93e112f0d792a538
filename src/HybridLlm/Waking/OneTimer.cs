namespace HybridLlm.Waking;

/// <summary>A timer of which at most one run counts: arming it anew, or disarming it, makes an earlier one mean nothing even if it fires.</summary>
internal sealed class OneTimer(TimeProvider clock)
{
    private ITimer? _timer;
    private long _armed;

    /// <param name="after">When it fires.</param>
    /// <param name="gate">The lock under which it is armed, disarmed and heard.</param>
    /// <param name="fired">Called under that lock, if this arming still counts.</param>
    public void Arm(TimeSpan after, Lock gate, Action fired)
    {
        Disarm();
        var armed = _armed;
        _timer = clock.CreateTimer(_ => Fire(armed, gate, fired), null, after, Timeout.InfiniteTimeSpan);
    }

    public void Disarm()
    {
        _armed++;
        _timer?.Dispose();
        _timer = null;
    }

    private void Fire(long armed, Lock gate, Action fired)
    {
        lock (gate)
        {
            if (armed == _armed)
            {
                fired();
            }
        }
    }
}
