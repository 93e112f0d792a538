using System.Net;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Tests.Storage;

public sealed class ArtifactDownloaderTests : IDisposable
{
    private static readonly string s_hash = Convert.ToHexStringLower(SHA256.HashData("the program"u8));
    private readonly string _folder = Directory.CreateTempSubdirectory("hybridllm").FullName;
    private readonly Publisher _publisher = new();
    private readonly HttpClient _http;

    public ArtifactDownloaderTests()
    {
        _http = new HttpClient(_publisher, disposeHandler: false);
        _publisher.Files["/k3s"] = "the program";
        _publisher.Files["/sums.txt"] = $"{new string('0', 64)}  other\n{s_hash} *k3s\n";
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static UpstreamArtifact K3s =>
        new()
        {
            Name = "k3s",
            Version = "1.37.1+k3s1",
            Kind = ArtifactKind.Executable,
            Path = "/usr/local/bin/k3s",
            Url = new Uri("http://upstream/k3s"),
            ChecksumsUrl = new Uri("http://upstream/sums.txt"),
        };

    [Fact]
    public async Task A_folder_is_filled_checked_and_catalogued_once()
    {
        var catalogue = await new ArtifactDownloader(_http).FillAsync(_folder, [K3s], Token);

        var artifact = catalogue.Artifacts.ShouldHaveSingleItem();
        (artifact.Sha256, artifact.Size, artifact.Version).ShouldBe((s_hash, 11L, "1.37.1+k3s1"));
        await new ArtifactDownloader(_http).FillAsync(_folder, [K3s], Token);
        _publisher.Asked.Count(p => p == "/k3s").ShouldBe(1);
        (await ArtifactCatalogue.ReadAsync(_folder, Token)).TotalSize.ShouldBe(11);
    }

    [Theory]
    [InlineData("another program", null, "must have")]
    [InlineData("the program", "1111111111111111111111111111111111111111111111111111111111111111", "the pin is")]
    public async Task What_is_not_as_published_or_pinned_is_refused_and_not_kept(
        string content,
        string? pin,
        string reason
    )
    {
        _publisher.Files["/k3s"] = content;

        var refused = await Should.ThrowAsync<ArtifactCatalogueException>(() =>
            new ArtifactDownloader(_http).FillAsync(_folder, [K3s with { Sha256 = pin }])
        );

        refused.Faults.ShouldHaveSingleItem().ShouldContain(reason);
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_artifact_that_cannot_be_had_is_named_at_once()
    {
        var unlisted = K3s with { Name = "a", ChecksumName = "unlisted" };
        var unpinned = K3s with { Name = "b", ChecksumsUrl = null };
        var missing = K3s with { Name = "c", Url = new Uri("http://upstream/missing"), ChecksumName = "k3s" };

        var refused = await Should.ThrowAsync<ArtifactCatalogueException>(() =>
            new ArtifactDownloader(_http).FillAsync(_folder, [unlisted, unpinned, missing])
        );

        refused.Faults.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_nobody_publishes_as_a_file_is_asked_for_with_how_to_make_it_and_pinned_when_it_is_there()
    {
        var image = UpstreamArtifact.Image("ollama-image.tar", "docker.io/ollama/ollama:0.32.15");
        UpstreamArtifact model = new()
        {
            Name = "model-llama3.1-8b.tar.gz",
            Version = "1",
            Kind = ArtifactKind.Archive,
            Path = "/var/lib/hybridllm/models",
            How = "tar -czf it",
        };
        var wanted = new[] { K3s, image, model };

        var refused = await Should.ThrowAsync<ArtifactCatalogueException>(() =>
            new ArtifactDownloader(_http).FillAsync(_folder, wanted)
        );
        refused.Faults.Count.ShouldBe(2);
        refused.Faults[0].ShouldContain("docker save -o ollama-image.tar docker.io/ollama/ollama:0.32.15");
        refused.Faults[1].ShouldContain("tar -czf it");

        await File.WriteAllTextAsync(Path.Combine(_folder, image.Name), "layers", Token);
        await File.WriteAllTextAsync(Path.Combine(_folder, model.Name), "weights", Token);
        var catalogue = await new ArtifactDownloader(_http).FillAsync(_folder, wanted, Token);
        catalogue.Artifacts.Select(a => a.Name).ShouldBe([K3s.Name, image.Name, model.Name]);
        catalogue.Artifacts[1].Version.ShouldBe("0.32.15");

        // Another content under a version that was pinned is no accident to be passed over.
        await File.WriteAllTextAsync(Path.Combine(_folder, image.Name), "other layers", Token);
        var changed = await Should.ThrowAsync<ArtifactCatalogueException>(() =>
            new ArtifactDownloader(_http).FillAsync(_folder, wanted)
        );
        changed.Faults.ShouldHaveSingleItem().ShouldContain("was pinned as");
        await new ArtifactDownloader(_http).FillAsync(_folder, [K3s, image with { Version = "0.33.0" }, model], Token);
    }

    [Fact]
    public async Task An_image_has_the_hash_its_pin_says()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "i.tar"), "layers", Token);

        (
            await Should.ThrowAsync<ArtifactCatalogueException>(() =>
                new ArtifactDownloader(_http).FillAsync(
                    _folder,
                    [UpstreamArtifact.Image("i.tar", "ghcr.io/a/b:1", new string('0', 64))]
                )
            )
        )
            .Faults.ShouldHaveSingleItem()
            .ShouldContain(new string('0', 64));
    }

    [Fact]
    public void Upstream_addresses_are_those_of_the_releases()
    {
        UpstreamArtifact
            .K3s("1.37.1+k3s1", CpuArchitecture.Arm64)
            .Url!.AbsoluteUri.ShouldBe("https://github.com/k3s-io/k3s/releases/download/v1.37.1%2Bk3s1/k3s-arm64");
        UpstreamArtifact
            .Nebula("1.11.1", CpuArchitecture.X64)
            .ChecksumsUrl!.AbsoluteUri.ShouldBe(
                "https://github.com/slackhq/nebula/releases/download/v1.11.1/SHASUM256.txt"
            );
    }

    public void Dispose()
    {
        _http.Dispose();
        _publisher.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Publisher : HttpMessageHandler
    {
        public Dictionary<string, string> Files { get; } = [];
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var path = request.RequestUri!.AbsolutePath;
            Asked.Add(path);
            return Task.FromResult(
                Files.TryGetValue(path, out var content)
                    ? new HttpResponseMessage(HttpStatusCode.OK)
                    {
                        Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)),
                    }
                    : new HttpResponseMessage(HttpStatusCode.NotFound)
            );
        }
    }
}
