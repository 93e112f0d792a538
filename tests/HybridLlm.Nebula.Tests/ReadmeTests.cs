using System.Net;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests;

/// <summary>The example on the package's page compiles, works, and is what the page shows.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_makes_files_that_nebula_starts_with()
    {
        using TemporaryFolder temporary = new();
        var folder = temporary.Path;

        // Written as an application would, which has no test to stop it.
#pragma warning disable xUnit1051
        // csharpier-ignore-start
        // <example>
        var now = TimeProvider.System.GetUtcNow();
        var authority = await CertificateAuthority.CreateAsync(
            new CaCertificateRequest { Name = "home", NotBefore = now, NotAfter = now.AddYears(2) }, CaKeyPair.Generate());
        var key = HostKeyPair.Generate();
        var certificate = await authority.IssueAsync(new HostCertificateRequest
            { Name = "nas", PublicKey = key.PublicKey, Networks = [NebulaPrefix.Parse("10.42.48.1/16")], NotBefore = now });
        StaticHost lighthouse = new(IPAddress.Parse("10.42.0.1"), [NebulaEndpoint.Parse("lighthouse.example:4242")]);
        var config = NodeConfigPlanner.Plan(new NodeConfigSpec
            { Role = MeshRole.Host, Pki = HostBundle.PkiIn(folder), Lighthouses = [lighthouse] });
        HostBundle bundle = new()
            { Authorities = [authority.Certificate], Certificates = [certificate], Key = key, Config = config };
        await BundleWriter.WriteAsync(folder, bundle.Files());

        new CaPool([authority.Certificate]).Verify(certificate, now).ThrowIfInvalid();
        // </example>
        // csharpier-ignore-end
#pragma warning restore xUnit1051

        var answer = await RealProgram.NebulaTestAsync(temporary.PathOf(BundleFile.ConfigName));
        answer.Exit.ShouldBe(0, answer.ToString());
    }

    [Fact]
    public void The_page_shows_the_example()
    {
        var source = File.ReadAllText(Repository.PathOf("tests", "HybridLlm.Nebula.Tests", "ReadmeTests.cs"));
        var page = File.ReadAllText(Repository.PathOf("src", "HybridLlm.Nebula", "README.md"));
        var lines = source.Split("// <example>\n")[1].Split("        // </example>")[0].Split('\n');

        page.ShouldContain("```csharp\n" + string.Join('\n', lines.Select(l => l.Length > 8 ? l[8..] : "")) + "```");
    }
}
