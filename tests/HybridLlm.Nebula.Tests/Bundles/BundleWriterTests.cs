using HybridLlm.Nebula.Bundles;

namespace HybridLlm.Nebula.Tests.Bundles;

public sealed class BundleWriterTests
{
    private static readonly BundleFile[] s_files = [new("ca.crt", "one"), new("host.key", "secret")];

    [Fact]
    public async Task Files_are_only_for_their_owner()
    {
        using TemporaryFolder folder = new();
        var target = folder.PathOf("new");

        (await WriteAsync(target, s_files)).ShouldBe(["ca.crt", "host.key"]);

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            File.GetUnixFileMode(Path.Combine(target, "host.key")).ShouldBe(OwnerOnly);
            File.GetUnixFileMode(target).ShouldBe(OwnerOnly | UnixFileMode.UserExecute);
        }

        Directory.GetFiles(target).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Writing_twice_writes_nothing()
    {
        using TemporaryFolder folder = new();
        await WriteAsync(folder.Path, s_files);

        (await WriteAsync(folder.Path, s_files)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_with_another_content_are_named_and_nothing_is_written()
    {
        using TemporaryFolder folder = new();
        folder.Write("host.key", "older");
        folder.Write("config.yml", "older");

        var write = () => WriteAsync(folder.Path, [.. s_files, new BundleFile("config.yml", "new")]);

        var error = await write.ShouldThrowAsync<NebulaValidationException>();
        error.Faults.Select(f => f.Message.Split(' ')[0]).ShouldBe(["host.key", "config.yml"]);
        error.Message.ShouldNotContain("secret");
        File.Exists(folder.PathOf("ca.crt")).ShouldBeFalse();
        folder.Read("host.key").ShouldBe("older");
    }

    [Fact]
    public async Task Replacing_is_for_those_who_ask()
    {
        using TemporaryFolder folder = new();
        folder.Write("host.key", "older");
        folder.Write("ca.crt", "one");

        (await WriteAsync(folder.Path, s_files, ExistingFiles.Replace)).ShouldBe(["host.key"]);

        folder.Read("host.key").ShouldBe("secret");
        Directory.GetFiles(folder.Path).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("../host.key")]
    [InlineData("/etc/host.key")]
    [InlineData("keys/host.key")]
    [InlineData("..")]
    public void A_name_leads_into_no_other_folder(string name) =>
        Should.Throw<ArgumentException>(() => new BundleFile(name, "secret"));

    [Fact]
    public void A_files_content_never_shows() => s_files[1].ToString().ShouldBe("host.key");

    private static Task<IReadOnlyList<string>> WriteAsync(
        string folder,
        IReadOnlyList<BundleFile> files,
        ExistingFiles existing = ExistingFiles.Refuse
    ) => BundleWriter.WriteAsync(folder, files, existing, TestMesh.Token);
}
