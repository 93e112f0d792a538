using System.Text.RegularExpressions;

namespace HybridLlm.Nebula.Tests;

/// <summary>docs/errors.md lists every code of this package, and no other.</summary>
public sealed partial class ErrorCodeTests
{
    [Fact]
    public void The_page_and_the_code_agree()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "errors.md"));
        var start = page.IndexOf("\n## Nebula\n", StringComparison.Ordinal);
        var end = page.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        var section = end < 0 ? page[start..] : page[start..end];
        var listed = Listed().Matches(section).Select(m => m.Groups[1].Value).Distinct();
        var used = Directory
            .GetFiles(Repository.PathOf("src", "HybridLlm.Nebula"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Used().Matches(File.ReadAllText(file)))
            .Select(m => m.Groups[1].Value)
            .Distinct();

        listed.Order(StringComparer.Ordinal).ShouldBe(used.Order(StringComparer.Ordinal));
    }

    private const string Code =
        "(?:certificate|ca|key|pem|prefix|endpoint|signer|verify|blocklist|ledger|mesh|config|file|talos|cloud-init|mtu"
        + "|rotation|migration|enrolment|probe|health|metrics)-[a-z0-9-]+";

    [GeneratedRegex("`(" + Code + ")`")]
    private static partial Regex Listed();

    [GeneratedRegex("\"(" + Code + ")\"")]
    private static partial Regex Used();
}
