using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Meshes;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// What runs inside an emulated instance: it executes the meaning of its user data. It enrols over the wire, opens the sealed reply,
/// checks everything in it, joins the mesh, and serves only if all of it is right; otherwise it says why and powers off. A GPU node serves
/// Ollama, or, when it was given Liqo, a Kubernetes API in the mesh whose pods come from its peer.
/// </summary>
/// <param name="mesh">The mesh it joins.</param>
/// <param name="options">How long it takes for what; null for realistic times.</param>
public sealed class NodeEmulator(EmulatedMesh mesh, NodeEmulatorOptions? options = null) : IInstanceGuest
{
    private readonly NodeEmulatorOptions _options = options ?? new NodeEmulatorOptions();

    /// <summary>The files it has written; null before it has booted.</summary>
    public NodeFiles? Files { get; private set; }

    /// <inheritdoc/>
    public async Task RunAsync(InstanceGuest instance, CancellationToken poweredOff)
    {
        ArgumentNullException.ThrowIfNull(instance);
        await Task.Delay(_options.BootTime, instance.Time, poweredOff).ConfigureAwait(false);
        var boot = NodeUserData.Parse(instance.UserData.Span);
        using HttpClient http = new();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(poweredOff);
        var deadMan =
            boot.Role == NodeRole.Gpu ? DeadMan.WatchAsync(boot, instance, http, stop.Token) : Task.CompletedTask;
        try
        {
            await LiveAsync(boot, instance, http, poweredOff).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await deadMan.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LiveAsync(NodeBoot boot, InstanceGuest instance, HttpClient http, CancellationToken poweredOff)
    {
        NodeBootRun run = new(boot, instance.MetadataEndpoint, instance.Time, http);
        Files = run.Files;
        MeshPeer peer;
        try
        {
            peer = await BootAsync(boot, instance, run, poweredOff).ConfigureAwait(false);
        }
        catch (Exception e) when (!poweredOff.IsCancellationRequested)
        {
            await run.ReportAsync(false, e.Message, poweredOff).ConfigureAwait(false);
            await instance.PowerOffAsync().ConfigureAwait(false);
            throw;
        }

        using var membership = mesh.Join(peer);
        await run.ReportAsync(true, "boot complete", poweredOff).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(poweredOff);
        var agent = InterruptionWatch.RunAsync(run.Files, instance, http, stop.Token);
        try
        {
            await (
                boot.Role == NodeRole.Gpu
                    ? ServeAsync(instance.Time, run.Files, peer, poweredOff)
                    : Task.Delay(Timeout.InfiniteTimeSpan, instance.Time, poweredOff)
            ).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await agent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>From the enrolment to a machine on which everything is started.</summary>
    private async Task<MeshPeer> BootAsync(
        NodeBoot boot,
        InstanceGuest instance,
        NodeBootRun run,
        CancellationToken poweredOff
    )
    {
        var (nebulaKey, mailboxKey) = _options.Keys?.Invoke() ?? (X25519PrivateKey.Create(), X25519PrivateKey.Create());
        var steps = await run.EnrolAsync(nebulaKey, mailboxKey, poweredOff).ConfigureAwait(false);
        NodeInspection inspection = new(boot, run.Files, instance.Time.GetUtcNow());
        var peer = inspection.Member(() => instance.PublicIp);
        if (peer is not null && boot.Role == NodeRole.Gpu)
        {
            inspection.CheckK3s(peer);
        }

        List<string> faults = [.. inspection.Faults];
        foreach (var step in steps)
        {
            faults.AddRange(await DoAsync(step, run, instance, poweredOff).ConfigureAwait(false));
        }

        return peer is not null && faults.Count == 0 ? peer : throw new NodeBootException(boot.WakeId, faults);
    }

    private static async Task<IEnumerable<string>> DoAsync(
        NodeStep step,
        NodeBootRun run,
        InstanceGuest instance,
        CancellationToken cancellationToken
    )
    {
        switch (step)
        {
            case NodeStep.MountVolume mount:
                await run.MountAsync(mount, instance, cancellationToken).ConfigureAwait(false);
                return [];
            case NodeStep.Fetch fetch:
                await run.FetchAsync(fetch, cancellationToken).ConfigureAwait(false);
                return [];
            case NodeStep.CheckCertificate:
                return run.Files.Read("/opt/hybridllm/bin/nebula-cert") is null
                    ? ["nebula-cert is not there when it is needed"]
                    : [];
            case NodeStep.Start start:
                var unit = run.Files.ReadText($"/etc/systemd/system/{start.Unit}");
                // A script is started by the shell, which every image has.
                var program = unit
                    ?.Split('\n')
                    .FirstOrDefault(l => l.StartsWith("ExecStart=", StringComparison.Ordinal))
                    ?[10..].Split(' ')
                    .SkipWhile(word => word == "/bin/sh")
                    .FirstOrDefault();
                return program is null ? [$"there is no unit {start.Unit}"]
                    : run.Files.Read(program) is null ? [$"{start.Unit} starts {program}, which is not there"]
                    : [];
            default:
                return [$"unknown step {step}"];
        }
    }

    /// <summary>What k3s runs on a GPU node.</summary>
    internal async Task ServeAsync(TimeProvider time, NodeFiles files, MeshPeer peer, CancellationToken poweredOff)
    {
        await Task.Delay(_options.K3sTime, time, poweredOff).ConfigureAwait(false);
        NodePods pods = new(files, peer, _options, time);
        if (FederatedNode.IsWanted(files))
        {
            await new FederatedNode(files, peer, pods, _options, time).RunAsync(poweredOff).ConfigureAwait(false);
            return;
        }

        var ollama =
            NodeManifests
                .All(files)
                .Where(o => o.TextAt("kind") == "Deployment")
                .Select(o => o.ObjectAt("spec", "template", "spec"))
                .FirstOrDefault(OllamaPodReader.Knows)
            ?? throw new NodeBootException(peer.Certificate.Name, ["its manifests start no Ollama"]);
        await pods.RunOllamaAsync(ollama, peer.Address, ready: () => { }, poweredOff).ConfigureAwait(false);
    }
}
