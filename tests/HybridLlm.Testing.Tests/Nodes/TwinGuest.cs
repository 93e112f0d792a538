using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Meshes;
using HybridLlm.Testing.Nodes;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>Boots one instance twice with the same keys: by the real script, then by the emulator.</summary>
internal sealed class TwinGuest : IInstanceGuest
{
    private readonly NodeEmulator _emulator;

    public TwinGuest(EmulatedMesh mesh, ScriptedNode script)
    {
        Script = script;
        _emulator = new NodeEmulator(
            mesh,
            new NodeEmulatorOptions { BootTime = TimeSpan.Zero, Keys = () => (script.Nebula, script.Mailbox) }
        );
    }

    public ScriptedNode Script { get; }

    public NodeFiles? Emulated => _emulator.Files;

    public async Task RunAsync(InstanceGuest instance, CancellationToken poweredOff)
    {
        // The first report ends the mailbox, and the twin still has to read its reply.
        await Script.BootAsync(instance, reports: false);
        await _emulator.RunAsync(instance, poweredOff);
    }
}

/// <summary>Boots an instance by the real script alone, and joins the mesh with the files it left.</summary>
internal sealed class ScriptGuest(EmulatedMesh mesh, ScriptedNode script) : IInstanceGuest
{
    public async Task RunAsync(InstanceGuest instance, CancellationToken poweredOff)
    {
        NodeFiles files = new();
        await script.BootAsync(instance);
        foreach (var (path, content, mode) in script.Files())
        {
            files.Write(path, content, mode);
        }

        NodeInspection inspection = new(NodeUserData.Parse(instance.UserData.Span), files, instance.Time.GetUtcNow());
        var member = inspection.Member(() => instance.PublicIp);
        inspection.Faults.ShouldBeEmpty();
        using var membership = mesh.Join(member!);
        await Task.Delay(Timeout.InfiniteTimeSpan, instance.Time, poweredOff);
    }
}
