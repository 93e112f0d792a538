using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Nodes;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>
/// The part of the boot script that deals with disks, run by the machine's own <c>sh</c> in a scratch root with made-up disks; mounting and
/// formatting are replaced by programs that write down how they were called.
/// </summary>
public sealed class NodeDiskScriptTests : IDisposable
{
    private const string VolumeId = "vol-0123456789abcdef0";
    private const string ById = "root/dev/disk/by-id";
    private readonly ScratchFolder _folder = new();

    public NodeDiskScriptTests()
    {
        Replace("mount", $"echo \"mount $*\" >> {_folder["calls"]}; for last; do :; done; : > $last/.mounted");
        Replace("mountpoint", "[ -e \"$2/.mounted\" ]");
        Replace("mkfs.ext4", $"echo \"mkfs $*\" >> {_folder["calls"]}; cat > {_folder["stolen"]}");
        Replace("blkid", $"exit $(cat {_folder.Write("blkid-says", "2")})");
        Replace("sleep", $"echo sleep >> {_folder["calls"]}; sh -c \"$(cat {_folder.Write("while-asleep", ":")})\"");
    }

    private string[] Calls =>
        File.Exists(_folder["calls"])
            ? [.. File.ReadAllLines(_folder["calls"]).Select(c => c.Replace(_folder["root"], ""))]
            : [];

    [Fact]
    public async Task Models_lie_on_the_instances_own_disk_where_there_is_one()
    {
        _folder.Write($"{ById}/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS123", "");
        _folder.Write($"{ById}/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS123-part1", "");
        _folder.Write($"{ById}/nvme-Amazon_Elastic_Block_Store_vol0aaa", "");

        (await RunAsync($"local_disk {NodePayload.LocalDisk}")).ExitCode.ShouldBe(0);

        Calls.ShouldBe([
            "mkfs -q -m 0 /dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS123",
            "mount /dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS123 /var/lib/hybridllm",
        ]);
        await RunAsync($"local_disk {NodePayload.LocalDisk}");
        Calls.Length.ShouldBe(2, "a second run finds it mounted");
    }

    [Fact]
    public async Task The_images_own_mount_of_it_is_waited_for_and_used()
    {
        _folder.Write($"{ById}/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS123", "");
        Directory.CreateDirectory(_folder["root/opt/dlami/nvme"]);
        _folder.Write("while-asleep", $": > {_folder["root/opt/dlami/nvme/.mounted"]}");

        await RunAsync($"local_disk {NodePayload.LocalDisk}");

        Calls.ShouldBe(["sleep", "mount --bind /opt/dlami/nvme/hybridllm /var/lib/hybridllm"]);
    }

    [Fact]
    public async Task Without_a_disk_of_its_own_the_node_keeps_models_on_the_root_disk()
    {
        var run = await RunAsync($"local_disk {NodePayload.LocalDisk}");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldContain("no local disk; /var/lib/hybridllm is on the root disk");
        Directory.Exists(_folder["root/var/lib/hybridllm"]).ShouldBeTrue();
        Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2", true)]
    [InlineData("0", false)]
    public async Task A_volume_is_waited_for_and_formatted_only_when_nothing_is_on_it(string blkid, bool formats)
    {
        var disk = $"{ById}/nvme-Amazon_Elastic_Block_Store_{VolumeId.Replace("-", "")}";
        _folder.Write("blkid-says", blkid);
        _folder.Write("while-asleep", $"mkdir -p {_folder[ById]}; : > {_folder[disk]}");

        (await RunAsync($"volume {VolumeId} /var/lib/hybridllm/models")).ExitCode.ShouldBe(0);

        string[] formatting = formats ? [$"mkfs -q -m 0 {disk[4..]}"] : [];
        Calls.ShouldBe(["sleep", .. formatting, $"mount {disk[4..]} /var/lib/hybridllm/models"]);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("8")]
    public async Task A_volume_whose_content_cannot_be_told_is_left_as_it_is_and_the_boot_ends(string blkid)
    {
        _folder.Write($"{ById}/nvme-Amazon_Elastic_Block_Store_{VolumeId.Replace("-", "")}", "");
        _folder.Write("blkid-says", blkid);

        var run = await RunAsync($"volume {VolumeId} /var/lib/hybridllm/models");

        run.ExitCode.ShouldBe(9);
        run.Error.ShouldContain("cannot be told");
        Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_volume_that_is_not_attached_in_time_ends_the_boot()
    {
        _folder.Write("while-asleep", $"[ \"$(wc -l < {_folder["calls"]})\" -lt 3 ] || : > {_folder["late"]}");

        var run = await RunAsync($"volume {VolumeId} /var/lib/hybridllm/models");

        run.ExitCode.ShouldBe(9);
        run.Error.ShouldContain($"attaching {VolumeId}");
    }

    [Fact]
    public async Task What_lies_on_a_volume_is_not_fetched_again_and_the_twin_leaves_the_same_mark()
    {
        var archive = EmulatedArtifacts.Archive(("blob", "weights"u8.ToArray()));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(archive));
        await File.WriteAllBytesAsync(_folder["archive"], archive, TestContext.Current.CancellationToken);
        var fetch = $"fetch {sha256} 0644 tar-once /var/lib/hybridllm/models file://{_folder["archive"]}";
        NodeStep step = new NodeStep.Fetch(
            sha256,
            NodeStep.ArtifactKind.TarOnce,
            "0644",
            "/var/lib/hybridllm/models",
            new Uri($"file://{_folder["archive"]}")
        );
        var payload = new NodePayload([], [step]).ToTar(DateTimeOffset.UnixEpoch);
        NodePayload.FromTar(payload).Steps.ShouldBe([step]);
        Encoding.ASCII.GetString(payload).ShouldContain(fetch);

        (await RunAsync(fetch)).ExitCode.ShouldBe(0);
        File.Delete(_folder["archive"]);
        var again = await RunAsync(fetch);

        again.ExitCode.ShouldBe(0, again.Error);
        again.Error.ShouldContain("is there already");
        File.ReadAllText(_folder["root/var/lib/hybridllm/models/blob"]).ShouldBe("weights");
        var mark = new FileInfo(_folder[$"root/var/lib/hybridllm/models/.hybridllm-{sha256}"]);
        (mark.Length, mark.UnixFileMode).ShouldBe((0, UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public void Formatting_reads_nothing_of_the_steps_that_follow() =>
        NodeUserData.Script.Split('\n').Where(l => l.Contains("mkfs.ext4")).ShouldAllBe(l => l.Contains("< /dev/null"));

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs one step with the functions as they stand in the script.</summary>
    private async Task<CommandResult> RunAsync(string step)
    {
        var script = NodeUserData.Script;
        var from = script.IndexOf("local_disk() {", StringComparison.Ordinal);
        var functions = script[
            from..script.IndexOf("[ \"$HYBRIDLLM_ROLE\" != gpu ] || local_disk", StringComparison.Ordinal)
        ];
        var path = _folder.Write(
            "step.sh",
            $$"""
            set -euf
            umask 077
            root={{_folder["root"]}}
            say() { echo "hybridllm: $*" >&2; }
            die() { say "$*"; exit 9; }
            before_deadline() { [ ! -e {{_folder["late"]}} ] || die "$1 did not succeed before the boot deadline"; }
            {{functions}}
            {{step}}

            """
        );
        ProcessStartInfo start = new(RealTools.RequireOnPath("sh"), [path]);
        start.Environment["PATH"] = $"{_folder["bin"]}:{start.Environment["PATH"]}";
        return await Command.TryAsync(start);
    }

    private void Replace(string program, string body) =>
        File.SetUnixFileMode(
            _folder.Write($"bin/{program}", $"#!/bin/sh\n{body}\n"),
            UnixFileMode.UserRead | UnixFileMode.UserExecute
        );
}
