using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HybridLlm.Gateway.Tests.Hosting;

/// <summary>The example on the package's page compiles, works, and is what the page shows.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_serves()
    {
        string[] args = ["--urls", "http://127.0.0.1:0"];

        // Written as an application would, which has no test to stop it.
#pragma warning disable xUnit1051
        // <example>
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddHybridGateway(gateway => gateway.Backends.Add(new Uri("http://127.0.0.1:11434")));

        var app = builder.Build();
        app.MapHybridGateway();
        await app.StartAsync();
        // </example>
#pragma warning restore xUnit1051

        using HttpClient http = new() { BaseAddress = new Uri(app.Urls.Single()) };
        using var response = await http.GetAsync("api/tags", TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await app.DisposeAsync();
    }

    [Fact]
    public void The_page_shows_the_example()
    {
        var source = File.ReadAllText(
            Repository.PathOf("tests", "HybridLlm.Gateway.Tests", "Hosting", "ReadmeTests.cs")
        );
        var page = File.ReadAllText(Repository.PathOf("src", "HybridLlm.Gateway", "README.md"));
        var lines = source.Split("// <example>\n")[1].Split("        // </example>")[0].Split('\n');

        page.ShouldContain("```csharp\n" + string.Join('\n', lines.Select(l => l.Length > 8 ? l[8..] : "")) + "```");
    }
}
