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
    public void Upstream_addresses_are_those_of_the_releases()
    {
        UpstreamArtifact
            .K3s("1.37.1+k3s1", CpuArchitecture.Arm64)
            .Url.AbsoluteUri.ShouldBe("https://github.com/k3s-io/k3s/releases/download/v1.37.1%2Bk3s1/k3s-arm64");
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
