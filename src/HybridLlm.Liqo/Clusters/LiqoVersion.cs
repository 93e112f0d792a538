using System.Text.RegularExpressions;

namespace HybridLlm.Liqo.Clusters;

/// <summary>Version of an installed Liqo.</summary>
/// <param name="Major">1 for every supported one.</param>
/// <param name="Minor">1 or more for every supported one.</param>
/// <param name="Patch">0 or more.</param>
public sealed partial record LiqoVersion(int Major, int Minor, int Patch)
{
    /// <summary>The newest version this package was made for.</summary>
    public static readonly LiqoVersion Target = new(1, 2, 0);

    /// <summary>E.g. <c>1.2.0</c>.</summary>
    public override string ToString() => $"{Major}.{Minor}.{Patch}";

    /// <summary>Why the version cannot be used; null when it can.</summary>
    internal string? Objection =>
        (Major, Minor) switch
        {
            (1, 0) =>
                "1.0 cannot be told that a provider is gone for good, so what a vanished one leaves behind would hang for ever",
            (0, _) => "0.x has another API altogether",
            (1, _) => null,
            _ => "its API is not known",
        };

    /// <summary>Reads e.g. <c>v1.2.0</c> or <c>1.1.2-rc.1</c>; null when the text is no version, such as a commit.</summary>
    internal static LiqoVersion? Parse(string? text)
    {
        var match = Pattern().Match(text ?? "");
        return match.Success ? new LiqoVersion(Number(1), Number(2), Number(3)) : null;

        int Number(int group) =>
            int.Parse(match.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+].*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
