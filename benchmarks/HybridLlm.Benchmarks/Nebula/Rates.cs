using System.Diagnostics;

namespace HybridLlm.Benchmarks.Nebula;

/// <summary>How often something can be done.</summary>
internal static class Rates
{
    public static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(300);
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(2);

    /// <summary>How often it can be done in a second of this process's processor time, after a warm-up.</summary>
    public static async Task<double> PerProcessorSecondAsync<T>(Func<Task<T>> act)
    {
        await PerSecondAsync(act, Turn);
        var before = Environment.CpuUsage.TotalTime;
        var count = 0;
        for (; Environment.CpuUsage.TotalTime - before < Long; count++)
        {
            await act();
        }

        return count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    /// <summary>How often it can be done in a second by the clock.</summary>
    public static async Task<double> PerSecondAsync<T>(Func<Task<T>> act, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        var count = 0;
        for (; watch.Elapsed < limit; count++)
        {
            await act();
        }

        return count / watch.Elapsed.TotalSeconds;
    }
}
