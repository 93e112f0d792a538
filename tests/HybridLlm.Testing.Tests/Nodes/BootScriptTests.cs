using System.Text;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Specs;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>The boot script and the node emulator are one and the same: both boot the same instances, and leave the same files.</summary>
public sealed class BootScriptTests : IDisposable
{
    private const string Model = "llama3.2:1b";

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_real_script_leaves_the_files_the_emulated_node_has()
    {
        EmulatedWorldOptions options = new() { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 20) };
        options.Artifacts[NodeArtifacts.Nebula] = EmulatedArtifacts.Archive(
            ("nebula", "#!/bin/sh\n"u8.ToArray()),
            ("nebula-cert", await File.ReadAllBytesAsync(RealTools.Require("bin/nebula-cert"), Token))
        );
        using ScriptedNode lighthouse = new();
        using ScriptedNode gpu = new();
        TwinGuest? twins = null;
        options.Guest = (mesh, instance) =>
            NodeUserData.Parse(instance.UserData.Span).Role == NodeRole.Lighthouse
                ? new ScriptGuest(mesh, lighthouse)
                : twins = new TwinGuest(mesh, gpu);
        await using var world = await EmulatedWorld.StartAsync(options, Token);
        await using var cluster = new HybridClusterBuilder("twins")
            .WithModel(Model)
            .WithSpotGpus("us-east-1")
            .WithBudget(perDay: 5)
            .WithLife(life => life with { BootDeadline = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) })
            .UseStateFolder(_folder["state"])
            .UseEmulatedWorld(world, Model)
            .Build();

        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);

        foreach (var script in new[] { lighthouse, gpu })
        {
            script.Result!.ExitCode.ShouldBe(0, script.Result.Error);
            script.Result.Error.ShouldContain("hybridllm: boot complete");
        }

        var files = gpu.Files();
        files.Select(f => f.Path).ShouldBe(twins!.Emulated!.Paths);
        foreach (var (path, content, mode) in files)
        {
            content.ShouldBe(twins.Emulated.Read(path), path);
            mode.ShouldBe(twins.Emulated.Mode(path), path);
        }

        lighthouse.Calls.ShouldNotContain(c => c.StartsWith("systemd-run", StringComparison.Ordinal));
        gpu.Calls[0].ShouldStartWith("systemd-run --unit=hybridllm-deadman");
        gpu.Calls.Where(c => c.StartsWith("systemctl enable", StringComparison.Ordinal))
            .ShouldBe([
                "systemctl enable --now --no-block nebula.service",
                "systemctl enable --now --no-block hybridllm-interruption.service",
                "systemctl enable --now --no-block k3s.service",
            ]);
        gpu.Calls.ShouldNotContain(c => c.Contains("poweroff"));
    }

    [Fact]
    public async Task The_real_script_refuses_a_reply_sealed_for_another_and_powers_off()
    {
        EmulatedWorldOptions options = new() { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 20) };
        ScriptedNode node = new();
        using ScriptedNode stranger = new();
        options.Guest = (mesh, instance) => new IntrudedGuest(mesh, node, stranger);
        await using var world = await EmulatedWorld.StartAsync(options, Token);
        await using var cluster = new HybridClusterBuilder("intruded")
            .WithModel(Model)
            .WithSpotGpus("us-east-1")
            .WithBudget(perDay: 5)
            .UseStateFolder(_folder["state"])
            .UseEmulatedWorld(world, Model)
            .Build();

        await Should.ThrowAsync<HybridLlmException>(() => cluster.UpAsync(cancellationToken: Token));

        node.Result!.ExitCode.ShouldBe(1);
        node.Result.Error.ShouldContain("the reply was not sealed for this node; powering off");
        node.Calls.ShouldContain("systemctl poweroff");
        File.Exists(Path.Combine(node.Root, "etc", "nebula", "host.crt")).ShouldBeFalse();
        node.Dispose();
    }

    [Fact]
    public async Task The_dead_mans_switch_powers_off_when_the_lease_is_over_and_not_before()
    {
        using ScratchFolder folder = new();
        // A metadata service of files, a clock that sleep moves, and a switch that writes down when it was thrown.
        folder.Write("clock", "1000");
        folder.Write("lease", "1970-01-01T00:18:20Z");
        Replace(folder, "sleep", $"echo $(($(cat {folder["clock"]}) + $1)) > {folder["clock"]}");
        Replace(folder, "date", $"case $1 in +%s) cat {folder["clock"]} ;; *) exec /bin/date \"$@\" ;; esac");
        Replace(
            folder,
            "curl",
            $"case \"$*\" in *api/token*) echo t ;; *) cat {folder["lease"]} ;; esac; n=$(cat {folder["clock"]}); [ $n -lt 1060 ] || echo 1970-01-01T00:20:00Z > {folder["lease"]}; [ $n -lt 1090 ] || echo garbage > {folder["lease"]}"
        );
        Replace(folder, "systemctl", $"echo \"$* at $(cat {folder["clock"]})\" > {folder["thrown"]}");
        var script = DeadMansScript();
        folder.Write("deadman.sh", script);

        System.Diagnostics.ProcessStartInfo start = new(
            RealTools.RequireOnPath("sh"),
            [folder["deadman.sh"], "1030", "9999"]
        );
        start.Environment["PATH"] = $"{folder["bin"]}:{start.Environment["PATH"]}";
        (await Command.TryAsync(start)).ExitCode.ShouldBe(0);

        // The boot deadline (1030) gives way to the lease (1100), the lease to its renewal (1200), which garbage does not shorten.
        (await File.ReadAllTextAsync(folder["thrown"], Token)).ShouldBe("poweroff at 1200\n");
    }

    public void Dispose() => _folder.Dispose();

    private static string DeadMansScript()
    {
        var script = NodeUserData.Script;
        const string begin = "<<'DEADMAN'\n";
        var from = script.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return script[from..script.IndexOf("DEADMAN\n", from, StringComparison.Ordinal)];
    }

    private static void Replace(ScratchFolder folder, string program, string body) =>
        File.SetUnixFileMode(
            folder.Write($"bin/{program}", new StringBuilder("#!/bin/sh\n").Append(body).Append('\n').ToString()),
            UnixFileMode.UserRead | UnixFileMode.UserExecute
        );
}
