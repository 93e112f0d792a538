using HybridLlm.AwsGpu.Bootstrap;

namespace HybridLlm.AwsGpu.Tests.Bootstrap;

public sealed class NodePayloadTests
{
    private static readonly NodePayload s_payload = new(
        [new NodeFile("/etc/nebula/host.crt", "certificate"), new NodeFile("/etc/nebula/ca.crt", "authority")],
        [
            new NodeStep.Fetch(
                new string('a', 64),
                NodeStep.ArtifactKind.Tar,
                "0755",
                "/opt/hybridllm/bin",
                new Uri("https://x.example/a?b=c&d=%2F*")
            ),
            new NodeStep.CheckCertificate(),
            new NodeStep.Start("nebula.service"),
        ]
    );

    [Fact]
    public void It_reads_back_as_it_was_written()
    {
        var read = NodePayload.FromTar(s_payload.ToTar(Wakes.Launch));

        read.Files.Select(f => f.Path).ShouldBe(["/etc/nebula/ca.crt", "/etc/nebula/host.crt"]);
        read.Files[0].Content.SequenceEqual("authority"u8).ShouldBeTrue();
        read.Steps.ShouldBe(s_payload.Steps);
    }

    [Fact]
    public void The_same_payload_gives_the_same_archive() =>
        s_payload.ToTar(Wakes.Launch).ShouldBe(s_payload.ToTar(Wakes.Launch));

    [Fact]
    public async Task Tar_unpacks_files_only_their_owner_can_read()
    {
        using ScratchFolder folder = new();
        await File.WriteAllBytesAsync(
            folder["payload.tar"],
            s_payload.ToTar(Wakes.Launch),
            TestContext.Current.CancellationToken
        );
        await Command.RunAsync(RealTools.RequireOnPath("tar"), "-xpf", folder["payload.tar"], "-C", folder.Path);

        File.GetUnixFileMode(folder["root", "etc", "nebula", "host.crt"])
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (File.GetUnixFileMode(folder["root", "etc"]) & UnixFileMode.OtherExecute).ShouldNotBe(UnixFileMode.None);
        (await File.ReadAllTextAsync(folder["steps"], TestContext.Current.CancellationToken)).ShouldContain(
            "start nebula.service\n"
        );
    }

    [Theory]
    [InlineData("etc/nebula/ca.crt")]
    [InlineData("/etc/../root/.ssh/authorized_keys")]
    [InlineData("/etc//ca.crt")]
    [InlineData("/etc/a b")]
    [InlineData("/")]
    public void A_path_that_is_not_plain_is_refused(string path) =>
        Should.Throw<ArgumentException>(() => new NodeFile(path, "x"));

    [Fact]
    public void A_path_twice_is_refused() =>
        Should.Throw<ArgumentException>(() => new NodePayload([new NodeFile("/a", "1"), new NodeFile("/a", "2")], []));

    [Fact]
    public void A_file_never_prints_its_content() => new NodeFile("/k", "secret").ToString().ShouldBe("/k (6 bytes)");
}
