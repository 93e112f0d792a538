using System.Net;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;
using HybridLlm.Testing.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>What nodes install comes from upstream, checked; nothing unchecked gets near the bucket.</summary>
public sealed class UpstreamTests : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private readonly List<string> _fetched = [];
    private TestWorld _test = null!;
    private WebApplication _upstream = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Published => _scratch["published"];

    private string Folder => _scratch["folder"];

    public async ValueTask InitializeAsync()
    {
        _test = await TestWorld.StartAsync();
        EmulatedArtifacts.Write(Published, TestWorld.Model);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _upstream = builder.Build();
        _upstream.Run(ServeAsync);
        await _upstream.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _test.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Up_fetches_what_is_missing_and_a_GPU_boots_from_it()
    {
        // Nobody publishes an image as a file.
        Directory.CreateDirectory(Folder);
        File.Copy(Path.Combine(Published, NodeArtifacts.Ollama), Path.Combine(Folder, NodeArtifacts.Ollama));
        await using var cluster = Cluster();
        (await cluster.PlanAsync(Token)).Offers.ShouldNotBeEmpty("a plan needs no download");
        _fetched.ShouldBeEmpty();

        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);

        _fetched.ShouldBe(
            NodeArtifacts.For(TestWorld.Model).Select(a => a.Name).Where(n => n != NodeArtifacts.Ollama),
            ignoreOrder: true
        );
        _fetched.Clear();
        var written = _test.Writes;
        await cluster.UpAsync(cancellationToken: Token);
        _fetched.ShouldBeEmpty();
        _test.Writes.ShouldBe(written);
    }

    [Fact]
    public async Task Everything_that_is_missing_or_not_what_its_publisher_says_is_named_and_nothing_is_made()
    {
        await File.AppendAllTextAsync(Path.Combine(Published, NodeArtifacts.K3s), "tampered with", Token);
        await using var cluster = Cluster();

        var error = await Should.ThrowAsync<HybridClusterFaultsException>(() =>
            cluster.UpAsync(cancellationToken: Token)
        );

        var fault = error.Faults.ShouldHaveSingleItem();
        fault.Code.ShouldBe("HL153");
        fault.Message.ShouldContain($"{NodeArtifacts.K3s}: ");
        fault.Message.ShouldContain(NodeArtifacts.Ollama);
        _test.Writes.ShouldBe(0);
        File.Exists(Path.Combine(Folder, NodeArtifacts.K3s)).ShouldBeFalse();
    }

    private HybridCluster Cluster()
    {
        var sums = new Uri(new Uri(_upstream.Urls.Single()), "sums.txt");
        return _test.Cluster(b =>
            b.UseArtifacts(
                Folder,
                [
                    .. NodeArtifacts
                        .For(TestWorld.Model)
                        .Select(a =>
                            a.Name == NodeArtifacts.Ollama
                                ? new UpstreamArtifact
                                {
                                    Name = a.Name,
                                    Version = "0.0.0-emulated",
                                    Kind = a.Kind,
                                    Path = a.Path,
                                    How = "docker save",
                                }
                                : new UpstreamArtifact
                                {
                                    Name = a.Name,
                                    Version = "0.0.0-emulated",
                                    Kind = a.Kind,
                                    Path = a.Path,
                                    Url = new Uri(sums, a.Name),
                                    ChecksumsUrl = sums,
                                }
                        ),
                ]
            )
        );
    }

    /// <summary>The publisher's list names the hashes the files had when it was written: before anybody tampered with one.</summary>
    private async Task ServeAsync(HttpContext call)
    {
        var name = call.Request.Path.Value!.TrimStart('/');
        if (name == "sums.txt")
        {
            var catalogue = await ArtifactSums();
            await call.Response.WriteAsync(string.Concat(catalogue), Token);
            return;
        }

        lock (_fetched)
        {
            _fetched.Add(name);
        }

        await call.Response.SendFileAsync(Path.Combine(Published, name), Token);
    }

    private async Task<IEnumerable<string>> ArtifactSums()
    {
        using var json = System.Text.Json.JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(Published, ArtifactCatalogue.FileName), Token)
        );
        return
        [
            .. json
                .RootElement.GetProperty("artifacts")
                .EnumerateArray()
                .Select(a => $"{a.GetProperty("sha256").GetString()}  {a.GetProperty("name").GetString()}\n"),
        ];
    }
}
