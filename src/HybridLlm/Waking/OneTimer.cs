namespace HybridLlm.Waking;

/// <summary>A timer of which at most one run counts: arming it anew, or disarming it, makes an earlier one mean nothing even if it fires.</summary>
internal sealed class OneTimer(TimeProvider clock)
{
    private ITimer? _timer;
    private long _armed;

    /// <param name="after">When it fires.</param>
    /// <param name="fired">Told which arming fired; it asks <see cref="IsArmed"/> under its own lock before it acts.</param>
    public void Arm(TimeSpan after, Action<long> fired)
    {
        Disarm();
        var armed = _armed;
        _timer = clock.CreateTimer(_ => fired(armed), null, after, Timeout.InfiniteTimeSpan);
    }

    public bool IsArmed(long armed) => armed == _armed;

    public void Disarm()
    {
        _armed++;
        _timer?.Dispose();
        _timer = null;
    }
}
