#pragma warning disable IDE0005 // The region is whole, so that it can be copied.
#region example
using HybridLlm.Ollama;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Ollama.Kubernetes;
using Microsoft.Extensions.AI;

#endregion
#pragma warning restore IDE0005

namespace HybridLlm.Ollama.Tests;

/// <summary>The package's README shows what is compiled, and run, here.</summary>
public sealed class ReadmeExample
{
    [Fact]
    public async Task The_readme_shows_what_runs()
    {
        await using var one = await Testing.Ollama.OllamaEmulator.StartAsync(
            null,
            TestContext.Current.CancellationToken
        );
        await using var other = await Testing.Ollama.OllamaEmulator.StartAsync(
            null,
            TestContext.Current.CancellationToken
        );

        var text = await AskAsync(one.Address, other.Address);

        text.ShouldNotBeEmpty();
        var source = File.ReadAllLines(Repository.PathOf("tests", "HybridLlm.Ollama.Tests", "ReadmeExample.cs"));
        var readme = File.ReadAllText(Repository.PathOf("src", "HybridLlm.Ollama", "README.md"));
        foreach (var line in Regions(source))
        {
            readme.ShouldContain(line.Trim());
        }
    }

    private static async Task<string> AskAsync(Uri home, Uri cloud)
    {
        var text = "";
        #region example
        // One server. Every way an answer can end short is an exception of its own, with a remedy.
        using OllamaClient first = new(home);
        await first.Models.EnsureAsync("llama3.1:8b");

        // Two servers: an answer that loses the first goes on at the second, without a character lost or doubled.
        using OllamaClient second = new(cloud);
        using OllamaChatClient chat = new(new OllamaContinuity(new OllamaServers(first, second)), "llama3.1:8b");
        await foreach (var update in chat.GetStreamingResponseAsync("Hello"))
        {
            text += update.Text;
        }

        // What fits a GPU, every step of the arithmetic, and the Kubernetes objects, every point with its reason.
        var model = WellKnownModels.Get("llama3.1:8b");
        var context = MemoryFit.LongestContext(model, gpuMemoryBytes: 15L << 30, parallel: 2);
        text += MemoryEstimator.Estimate(model, context ?? 4096, parallel: 2).ToString();
        OllamaWorkload workload = new()
        {
            Model = "llama3.1:8b",
            Image = "ollama/ollama@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        };
        text += workload.ToManifest().ToYaml();
        foreach (var finding in ManifestLinter.Check(text[text.IndexOf("---", StringComparison.Ordinal)..]))
        {
            text += finding.ToString();
        }
        #endregion
        return text;
    }

    private static IEnumerable<string> Regions(string[] lines)
    {
        var inside = false;
        foreach (var line in lines.Select(l => l.Trim()))
        {
            inside = line.StartsWith("#region", StringComparison.Ordinal) || (inside && line != "#endregion");
            if (inside && line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
