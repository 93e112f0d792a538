using System.Text.RegularExpressions;

namespace HybridLlm.Architecture.Tests;

/// <summary>Documents that must agree with the code.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void The_readme_shows_the_compiled_sample()
    {
        var sample = File.ReadAllText(Repository.PathOf("samples", "Embedding", "Program.cs"));
        var region = sample.Split("#region embedding\n")[1].Split("#endregion")[0];
        File.ReadAllText(Repository.PathOf("README.md")).ShouldContain($"```csharp\n{region}```\n");
    }

    [Fact]
    public void Every_fault_code_of_the_composer_is_explained()
    {
        var used = Sources("HybridLlm").SelectMany(text => FaultCode().Matches(text)).Select(m => m.Groups[1].Value);
        var explained = ExplainedCode().Matches(Errors()).Select(m => m.Groups[1].Value);
        explained.Distinct().Order().ShouldBe(used.Distinct().Order());
    }

    [Fact]
    public void Every_exception_is_explained()
    {
        var explained = Errors();
        foreach (var package in (string[])["HybridLlm", "HybridLlm.AwsGpu", "HybridLlm.Ollama", "HybridLlm.Liqo"])
        {
            foreach (var name in Sources(package).SelectMany(text => Exceptions().Matches(text)))
            {
                explained.ShouldContain($"`{name.Groups[1].Value}`", customMessage: package);
            }
        }
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        foreach (var page in Pages())
        {
            foreach (Match link in LocalLink().Matches(File.ReadAllText(page)))
            {
                Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value))
                    .ShouldBeTrue($"{page}: {link.Value}");
            }
        }
    }

    private static string Errors() => File.ReadAllText(Repository.PathOf("docs", "errors.md"));

    private static IEnumerable<string> Sources(string package) =>
        Directory
            .EnumerateFiles(Repository.PathOf("src", package), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText);

    private static IEnumerable<string> Pages() =>
        Directory
            .EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.PathOf("README.md"))
            .Append(Repository.PathOf("CONTRIBUTING.md"));

    [GeneratedRegex("\"(HL[0-9]{3})\"")]
    private static partial Regex FaultCode();

    [GeneratedRegex(@"\| `(HL[0-9]{3})` \|")]
    private static partial Regex ExplainedCode();

    [GeneratedRegex(@"public sealed class (\w+Exception)")]
    private static partial Regex Exceptions();

    [GeneratedRegex(@"\]\(((?!http)[^)#]+)")]
    private static partial Regex LocalLink();
}
