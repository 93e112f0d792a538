using System.Security.Cryptography;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Tests.Storage;

public sealed class ArtifactCatalogueTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("artifacts-").FullName;
    private readonly List<string> _entries = [];

    [Fact]
    public async Task A_folder_that_holds_what_its_catalogue_says_is_read()
    {
        Write("nebula", "binary", "executable", "/usr/local/bin/nebula");

        var artifact = (await ReadAsync()).Artifacts.ShouldHaveSingleItem();

        artifact.Kind.ShouldBe(ArtifactKind.Executable);
        artifact.Size.ShouldBe(6);
        artifact.ObjectKey.ShouldBe($"artifacts/{artifact.Sha256}/nebula");
    }

    [Fact]
    public async Task Every_file_that_is_not_what_it_says_is_named_at_once()
    {
        Write("nebula", "binary", "executable", "/usr/local/bin/nebula");
        Write("k3s", "binary", "executable", "/usr/local/bin/k3s");
        Write("chart.tgz", "binary", "archive", "/opt/chart");
        File.WriteAllText(Path.Combine(_folder, "nebula"), "BINARY");
        File.WriteAllText(Path.Combine(_folder, "k3s"), "longer binary");
        File.Delete(Path.Combine(_folder, "chart.tgz"));

        var fault = await Should.ThrowAsync<ArtifactCatalogueException>(ReadAsync);

        fault.Faults.Count.ShouldBe(3);
        fault.Faults[0].ShouldContain("sha256");
        fault.Faults[1].ShouldContain("13 bytes");
        fault.Faults[2].ShouldContain("not in the folder");
        fault.Remedy.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("../nebula", "/usr/local/bin/nebula", "no artifact name")]
    [InlineData("catalogue.json", "/usr/local/bin/nebula", "no artifact name")]
    [InlineData("nebula", "usr/local/bin/nebula", "not absolute")]
    [InlineData("nebula", "/usr/../etc/passwd", "not absolute")]
    public async Task An_artifact_stays_in_its_folder_here_and_at_its_path_there(string name, string path, string fault)
    {
        _entries.Add(Entry(name, "binary"u8.ToArray(), "file", path));
        Save();

        (await Should.ThrowAsync<ArtifactCatalogueException>(ReadAsync))
            .Faults.ShouldHaveSingleItem()
            .ShouldContain(fault);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"artifacts\":null}")]
    [InlineData("{\"artifacts\":[{\"name\":null}]}")]
    [InlineData("{\"artifacts\":[],\"artefacts\":[]}")]
    [InlineData("not json")]
    public async Task A_malformed_catalogue_is_refused(string json)
    {
        File.WriteAllText(Path.Combine(_folder, ArtifactCatalogue.FileName), json);

        await Should.ThrowAsync<ArtifactCatalogueException>(ReadAsync);
    }

    [Fact]
    public async Task A_folder_without_a_catalogue_is_refused() =>
        await Should.ThrowAsync<ArtifactCatalogueException>(ReadAsync);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<ArtifactCatalogue> ReadAsync() => ArtifactCatalogue.ReadAsync(_folder);

    private void Write(string name, string content, string kind, string path)
    {
        File.WriteAllText(Path.Combine(_folder, name), content);
        _entries.Add(Entry(name, File.ReadAllBytes(Path.Combine(_folder, name)), kind, path));
        Save();
    }

    private void Save() =>
        File.WriteAllText(
            Path.Combine(_folder, ArtifactCatalogue.FileName),
            $$"""{"artifacts":[{{string.Join(',', _entries)}}]}"""
        );

    private static string Entry(string name, byte[] content, string kind, string path) =>
        $$"""
            {"name":"{{name}}","version":"1","size":{{content.Length}},"kind":"{{kind}}","path":"{{path}}",
             "sha256":"{{Convert.ToHexStringLower(SHA256.HashData(content))}}"}
            """;
}
