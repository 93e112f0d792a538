namespace HybridLlm.Testing.Ec2;

/// <summary>A token bucket.</summary>
internal sealed class Throttle(double perSecond, int burst, DateTimeOffset start)
{
    private double _tokens = burst;
    private DateTimeOffset _filled = start;

    /// <summary>Takes one token; false when there is none.</summary>
    public bool Take(DateTimeOffset now)
    {
        _tokens = Math.Min(burst, _tokens + ((now - _filled).TotalSeconds * perSecond));
        _filled = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
