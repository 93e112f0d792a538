using System.Xml.Linq;

namespace HybridLlm.Architecture.Tests;

/// <summary>Who may know whom (docs/architecture.md). Read from the project files, so an unused reference counts too.</summary>
public sealed class PackageReferenceTests
{
    private static readonly string[] s_alone =
    [
        "HybridLlm.Nebula",
        "HybridLlm.AwsGpu",
        "HybridLlm.Liqo",
        "HybridLlm.Ollama",
    ];

    [Fact]
    public void The_four_packages_reference_no_other_project()
    {
        foreach (var package in s_alone)
        {
            ProjectReferences(package).ShouldBeEmpty($"{package} must be useful alone");
        }
    }

    [Fact]
    public void Nothing_in_src_references_Testing()
    {
        foreach (var package in Packages().Where(p => p != "HybridLlm.Testing"))
        {
            ProjectReferences(package).ShouldNotContain("HybridLlm.Testing", $"{package} ships to production");
        }
    }

    [Fact]
    public void The_composer_knows_the_four_packages_and_nothing_above_it()
    {
        ProjectReferences("HybridLlm").ShouldBe(s_alone, ignoreOrder: true);
        ProjectReferences("HybridLlm.Gateway").ShouldBe(["HybridLlm"]);
    }

    [Fact]
    public void Only_Gateway_and_Testing_pull_in_ASP_NET()
    {
        Packages()
            .Where(p => Project(p).Descendants("FrameworkReference").Any())
            .ShouldBe(["HybridLlm.Gateway", "HybridLlm.Testing"], ignoreOrder: true);
    }

    [Fact]
    public void Internals_open_only_to_the_own_tests()
    {
        foreach (var package in Packages())
        {
            Project(package)
                .Descendants("InternalsVisibleTo")
                .ShouldBeEmpty($"{package} must offer what others need in public");
        }
    }

    private static IEnumerable<string> Packages() =>
        Directory.GetDirectories(Repository.PathOf("src")).Select(d => Path.GetFileName(d)!);

    private static IEnumerable<string> ProjectReferences(string package) =>
        Project(package)
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

    private static XDocument Project(string package) =>
        XDocument.Load(Repository.PathOf("src", package, package + ".csproj"));
}
