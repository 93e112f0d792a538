using System.Globalization;

namespace HybridLlm.Benchmarks.Gateway;

/// <summary>Figures of several rounds: their median, and the least and the most.</summary>
internal sealed record Spread(IReadOnlyList<double> Values)
{
    public double Median => At(Values, 0.5);

    /// <summary>A figure of each round over that of another way in the same round.</summary>
    public Spread Over(Spread other) => new([.. Values.Zip(other.Values, (mine, theirs) => mine / theirs)]);

    public Spread Minus(Spread other) => new([.. Values.Zip(other.Values, (mine, theirs) => mine - theirs)]);

    public string Text(string format) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Median.ToString(format, CultureInfo.InvariantCulture)} ({Values.Min().ToString(format, CultureInfo.InvariantCulture)} to {Values.Max().ToString(format, CultureInfo.InvariantCulture)})"
        );

    public static double At(IReadOnlyList<double> values, double quantile) =>
        values.Order().ElementAt((int)Math.Min(values.Count - 1, quantile * values.Count));
}
