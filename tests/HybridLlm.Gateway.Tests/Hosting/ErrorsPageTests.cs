using System.Text.RegularExpressions;
using HybridLlm.Gateway.Endpoints.Anthropic;
using HybridLlm.Gateway.Endpoints.OpenAi;

namespace HybridLlm.Gateway.Tests.Hosting;

/// <summary>docs/errors.md names all that the gateway says, as it says it.</summary>
public sealed partial class ErrorsPageTests
{
    private static readonly string s_page = File.ReadAllText(Repository.PathOf("docs", "errors.md"))
        .Split("\n## Gateway\n")[1]
        .Split("\n## ")[0];

    [Fact]
    public void Every_reason_has_its_status_and_types()
    {
        foreach (var kind in Enum.GetValues<RefusalKind>())
        {
            GatewayRefusal refusal = new(kind, "");
            var openAi = OpenAiErrors.Error(refusal)["error"]!["type"];
            var anthropic = AnthropicProtocol.Error(refusal)["error"]!["type"];
            s_page.ShouldContain($"| `{kind}` | {refusal.Status} | `{openAi}` | `{anthropic}` | ", Case.Sensitive);
        }
    }

    [Fact]
    public void Every_message_is_there_but_those_that_name_a_field()
    {
        var messages = Directory
            .EnumerateFiles(Repository.PathOf("src", "HybridLlm.Gateway"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("obj/", StringComparison.Ordinal))
            .SelectMany(f => Messages().Matches(File.ReadAllText(f)))
            .Where(m => m.Groups["kind"].Value is not "Invalid")
            .Select(m => m.Groups["text"].Value)
            .ToList();
        messages.Count.ShouldBeGreaterThan(20);
        foreach (var message in messages)
        {
            // What is put into it stands as an ellipsis on the page.
            var pattern = string.Join("[^|]*", Holes().Split(message).Select(Regex.Escape));
            Regex.IsMatch(s_page, $@"\| [^|]*{pattern}").ShouldBeTrue(message);
        }
    }

    /// <summary>A kind of refusal and the text after it, also where a method of its own makes the refusal.</summary>
    [GeneratedRegex("""(?:RefusalKind\.(?<kind>\w+),|TooMany\()\s*(?:\?\s*)?\$?"(?<text>[^"]+)"(?!\s*=>)""")]
    private static partial Regex Messages();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Holes();
}
