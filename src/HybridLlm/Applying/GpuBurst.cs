using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.Federating;
using HybridLlm.Journals;
using HybridLlm.Keeping;
using HybridLlm.Specs;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>
/// Rents one GPU node, enrols it, waits until the model is loaded, keeps its lease, and gives it back. Intent is journalled before
/// each billable call.
/// </summary>
internal sealed class GpuBurst : IBurst, IAsyncDisposable
{
    private readonly ClusterContext _context;
    private readonly NodeKeeping _keeping;
    private readonly NodeWatches _watches;
    private readonly NodeRenter _renter;
    private readonly SpotReturn _return;
    private string? _waking;

    /// <param name="context">The cluster.</param>
    /// <param name="plan">What a wake needs, from facts read now.</param>
    /// <param name="notify">Told what concerns the driver, by wake.</param>
    /// <param name="idleNode">The wake of the node that serves while nobody uses it; null otherwise.</param>
    public GpuBurst(
        ClusterContext context,
        Func<CancellationToken, Task<PlannedWake>> plan,
        Action<string, WakeEvent> notify,
        Func<string?> idleNode
    )
    {
        _context = context;
        _keeping = new NodeKeeping(context, notify);
        _watches = new NodeWatches(context, _keeping, notify);
        _renter = new NodeRenter(context, _keeping, plan);
        _return = new SpotReturn(context, _keeping, plan, idleNode, wake => notify(wake, WakeEvent.SpotOffered));
    }

    public async Task<GpuNode> WakeAsync(CancellationToken cancellationToken)
    {
        var isReplacement = _keeping.HasNodes;
        Say(
            ClusterEventKind.Progress,
            ClusterStages.Wake,
            isReplacement
                ? "Another GPU takes over from the one that serves."
                : $"Somebody asks for {_context.Spec.Model.Name}; one wake for all who ask."
        );
        _waking = _context.NextWakeId(NodeRoles.Gpu);
        using WakeTrace trace = new(_waking, _context.Spec.Model.Name);
        try
        {
            return await BringUpAsync(_waking, trace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            trace.Failed(e);
            _keeping.Abandon();
            throw;
        }
        finally
        {
            _return.Begin();
        }
    }

    public async Task GiveUpAsync(CancellationToken cancellationToken)
    {
        if (_waking is not { } wakeId || _context.Journal.Memory.Node(wakeId) is not { EndedAt: null })
        {
            return;
        }

        try
        {
            await new BurstEnd(_context, _watches).GiveBackAsync(wakeId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Say(
                ClusterEventKind.Warning,
                ClusterStages.Sleep,
                $"{wakeId} is not given back yet and goes when the GPU sleeps, or with its lease: {e.Message}"
            );
        }
    }

    public Task GiveBackAsync(GpuNode node, CancellationToken cancellationToken) =>
        new BurstEnd(_context, _watches).GiveBackAsync(node, cancellationToken);

    public async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        await new BurstEnd(_context, _watches).GiveBackAsync(cancellationToken).ConfigureAwait(false);
        _keeping.Reset();
    }

    /// <summary>Takes over a node that an earlier process woke and that serves.</summary>
    public void Adopt(NodeMemory node)
    {
        _keeping.Adopt(node);
        _watches.Begin(node.WakeId, node.InstanceId!, FoundationParts.Agent(_context));
        _return.Begin();
    }

    /// <summary>Looks at a node that a request could not reach; returns when its driver knows what is found.</summary>
    public Task ExamineAsync(GpuNode node, CancellationToken cancellationToken) =>
        _watches.ExamineAsync(node, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _return.DisposeAsync().ConfigureAwait(false);
        await _watches.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<GpuNode> BringUpAsync(string wakeId, WakeTrace trace, CancellationToken cancellationToken)
    {
        trace.Stage("launch");
        var foundation = await new FoundationReader(_context).ReadAsync(cancellationToken).ConfigureAwait(false);
        NodeEnroller enroller = new(
            _context,
            new Mailbox(_context.Aws, foundation.Bucket, _context.Region),
            foundation.Mesh
        );
        var rented = await _renter.RentAsync(wakeId, foundation, enroller, cancellationToken).ConfigureAwait(false);
        using var wake = rented.Wake;
        trace.Rented(rented.Node.InstanceId, rented.Node.InstanceType);
        trace.Stage("boot");
        var agent = FoundationParts.Agent(_context);
        _watches.Begin(wakeId, rented.Node.InstanceId, agent);
        await EnrolAsync(rented, foundation, enroller, agent, trace, cancellationToken).ConfigureAwait(false);
        trace.Stage("handshake");

        WakeNarration.Expect(_context, ClusterStages.Join, $"{wakeId} starts Nebula and k3s.");
        await enroller.CloseAsync(wake, rented.Node.InstanceId, cancellationToken).ConfigureAwait(false);
        var address = wake.Place.Networks[0].Address;
        if (_context.Federation is not null)
        {
            trace.Stage("peer");
        }

        await FederateAsync(rented, foundation, address, cancellationToken).ConfigureAwait(false);

        GpuNode node = new()
        {
            WakeId = wakeId,
            InstanceId = rented.Node.InstanceId,
            InstanceType = rented.Node.InstanceType,
            Endpoint = new IPEndPoint(address, OllamaManifest.Port),
        };
        trace.Stage("model.load");
        await new ModelLoader(_context, foundation.Self)
            .LoadAsync(node, wake.Boot.BootDeadline, cancellationToken)
            .ConfigureAwait(false);
        _context.Journal.Append(new NodeReady { At = _context.Now, WakeId = wakeId });
        // What it replaces is given back by the driver, once its answers have moved.
        _keeping.Take(new KeeperEvent.NodeReady(node.InstanceId));
        Say(ClusterEventKind.Done, ClusterStages.Wake, $"{_context.Spec.Model.Name} answers at {node.Endpoint}.");
        return node;
    }

    private async Task EnrolAsync(
        RentedNode rented,
        Foundation foundation,
        NodeEnroller enroller,
        AgentMailbox agent,
        WakeTrace trace,
        CancellationToken cancellationToken
    )
    {
        var wake = rented.Wake;
        WakeNarration.Expect(
            _context,
            ClusterStages.Boot,
            $"{wake.Id} ({rented.Node.InstanceType}, {rented.Node.InstanceId}) boots."
        );
        var wanted = rented.Planned.Artifacts.Where(a =>
            NodeArtifacts.IsForGpu(a, _context.Spec.Model.Name, rented.ProviderId is not null)
        );
        var links = await ArtifactLinks
            .SignAsync(_context, foundation.Bucket, wanted, cancellationToken)
            .ConfigureAwait(false);
        ModelVolumeKeeper keeper = new(_context);
        var volume = await keeper.FindAsync(rented, cancellationToken).ConfigureAwait(false);
        if (volume is not null)
        {
            await keeper.AttachAsync(volume, rented, cancellationToken).ConfigureAwait(false);
        }

        var urls = await agent
            .OpenAsync(wake.Id, wake.Boot.LastMoment - _context.Now, cancellationToken)
            .ConfigureAwait(false);
        await enroller
            .AnswerAsync(
                wake,
                rented.Node.InstanceId,
                certificate =>
                {
                    trace.Stage("enrol");
                    Say(ClusterEventKind.Done, ClusterStages.Boot, $"{wake.Id} has booted and asks to enrol.");
                    WakeNarration.Expect(
                        _context,
                        ClusterStages.Enrol,
                        $"{wake.Id} is judged against what EC2 says of it."
                    );
                    return Task.FromResult(
                        new GpuPayload(_context, wake, foundation, rented.ProviderId).Write(
                            rented.Planned.Artifacts,
                            links,
                            certificate,
                            urls,
                            volume
                        )
                    );
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        Say(
            ClusterEventKind.Done,
            ClusterStages.Enrol,
            $"{wake.Id} is who EC2 says; certificate for {wake.Place.Networks[0]} until {wake.Boot.LastMoment:u}."
        );
    }

    private async Task FederateAsync(
        RentedNode rented,
        Foundation foundation,
        IPAddress address,
        CancellationToken cancellationToken
    )
    {
        if (_context.Federation is not { } federation)
        {
            return;
        }

        var wake = rented.Wake;
        FederatedCluster cluster = new(
            wake.Id,
            rented.ProviderId!,
            address,
            _context.State.ReadSecretText(GpuPayload.KubeconfigName(wake.Id))!,
            foundation.Self
        );
        var ollama = rented.Planned.Artifacts.First(a => a.Name == NodeArtifacts.Ollama).Version;
        await federation.Joining.JoinAsync(cluster, wake.Boot.BootDeadline, cancellationToken).ConfigureAwait(false);
        await federation
            .Joining.DeployAsync(cluster, ollama, wake.Boot.BootDeadline, cancellationToken)
            .ConfigureAwait(false);
    }

    private void Say(ClusterEventKind kind, string stage, string message) =>
        _context.Events.Publish(kind, stage, message);
}
