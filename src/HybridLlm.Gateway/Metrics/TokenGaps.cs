namespace HybridLlm.Gateway.Metrics;

/// <summary>How far apart the lines of one answer came. Gathered without a lock, and added to the figures at once at the answer's end.</summary>
/// <param name="gaps">The figures of all answers, by <see cref="GatewayMetrics.BetweenTokens"/>.</param>
/// <param name="model">Model of the answer.</param>
/// <param name="clock">The clock.</param>
internal sealed class TokenGaps(Distribution gaps, string model, TimeProvider clock)
{
    private readonly long[] _counts = new long[GatewayMetrics.BetweenTokens.Length + 1];
    private readonly double[] _sums = new double[GatewayMetrics.BetweenTokens.Length + 1];
    private long _last;

    /// <summary>A line has come.</summary>
    public void Line()
    {
        var now = clock.GetTimestamp();
        if (_last != 0)
        {
            var seconds = (now - _last) / (double)clock.TimestampFrequency;
            var bucket = 0;
            while (bucket < GatewayMetrics.BetweenTokens.Length && seconds > GatewayMetrics.BetweenTokens[bucket])
            {
                bucket++;
            }

            _counts[bucket]++;
            _sums[bucket] += seconds;
            if (gaps.IsListenedTo)
            {
                gaps.Tell(seconds, model);
            }
        }

        _last = now;
    }

    /// <summary>The answer is over.</summary>
    public void End()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            gaps.Add(_sums[i], _counts[i], model);
        }
    }
}
