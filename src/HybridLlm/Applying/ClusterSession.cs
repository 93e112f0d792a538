using System.Net;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.Federating;
using HybridLlm.Journals;
using HybridLlm.Keeping;
using HybridLlm.Ollama;
using HybridLlm.Reaching;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>A cluster whose state folder is open: the one controller, its driver and its way into the mesh.</summary>
internal sealed class ClusterSession : IAsyncDisposable
{
    private readonly TimeSpan _draining;
    private readonly SemaphoreSlim _adopting = new(1, 1);
    private GpuBurst _burst;
    private HttpMessageInvoker? _http;
    private bool _adopted;

    private ClusterSession(ClusterContext context, TimeSpan draining)
    {
        Context = context;
        _draining = draining;
        Controller = new ClusterController(context);
        Garbage = new GarbageCollector(context);
        (_burst, Driver) = NewDriver();
    }

    public ClusterContext Context { get; }

    public ClusterController Controller { get; }

    public GarbageCollector Garbage { get; }

    public WakeDriver Driver { get; private set; }

    public static async Task<ClusterSession> OpenAsync(
        HybridClusterSurroundings surroundings,
        AwsClients aws,
        ClusterEvents events,
        TimeSpan draining,
        CancellationToken cancellationToken
    )
    {
        var state = StateFolder.Open(surroundings.StateFolder);
        try
        {
            var journal = await Journal.OpenAsync(state.JournalPath, cancellationToken).ConfigureAwait(false);
            ClusterContext context = new()
            {
                Spec = surroundings.Spec,
                Owner = new ResourceOwner
                {
                    Cluster = surroundings.Spec.Name,
                    OwnerId = OwnerOf(journal.Memory, surroundings),
                },
                Aws = aws,
                Identities = surroundings.Identities,
                Dialer = surroundings.Dialer,
                Clock = surroundings.Clock,
                State = state,
                Journal = journal,
                Events = events,
                Artifacts = surroundings.Artifacts,
            };
            if (surroundings.Spec.Federation is { } federation)
            {
                context = context with { Federation = new Federation(context, federation) };
            }

            return new ClusterSession(context, draining);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Writes down who we are before anything is made in that name.</summary>
    public void RememberOwner()
    {
        if (Context.Journal.Memory.OwnerId is null)
        {
            Context.Journal.Append(
                new ClusterCreated
                {
                    At = Context.Now,
                    Cluster = Context.Owner.Cluster,
                    OwnerId = Context.Owner.OwnerId.ToString(),
                }
            );
        }
    }

    /// <summary>
    /// Sees to what an earlier process left: a node that still serves is taken over, everything else rented is given back before
    /// anything new is.
    /// </summary>
    public async Task AdoptAsync(CancellationToken cancellationToken)
    {
        await _adopting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_adopted)
            {
                return;
            }

            await Garbage.BeginAsync(cancellationToken).ConfigureAwait(false);

            var left = Context.Journal.Memory.LiveNodes.Where(n => n.Role == NodeRoles.Gpu).ToList();
            if (left.Count > 0 && !await TakeOverAsync(left, cancellationToken).ConfigureAwait(false))
            {
                await _burst.GiveBackAsync(cancellationToken).ConfigureAwait(false);
            }

            _adopted = true;
        }
        finally
        {
            _adopting.Release();
        }
    }

    /// <summary>Looks at a node that a request could not reach. The request has let go of it and still wants one: it counts until that is known.</summary>
    public async Task ExamineAsync(GpuNode node, CancellationToken cancellationToken)
    {
        using var held = Driver.Hold(node);
        await _burst.ExamineAsync(node, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The way into the mesh, shared by all requests.</summary>
    public HttpMessageInvoker Http()
    {
        if (_http is { } open)
        {
            return open;
        }

        var mesh = MeshKeeper.Load(Context.State, Specs.SpecCheck.AddressProofOf(Context.Spec).Mesh, Context.Clock);
        var self = mesh is null ? null : new ControllerIdentity(Context, mesh).Load();
        var made = MeshHttp.Connect(
            Context.Dialer,
            self ?? throw new FoundationMissingException(Context.Spec.Name, "the controller's certificate")
        );
        return Interlocked.CompareExchange(ref _http, made, null) ?? made;
    }

    /// <summary>What is missing from the foundation, in words; null when it is complete.</summary>
    public async Task<string?> FoundationLacksAsync(CancellationToken cancellationToken)
    {
        try
        {
            await new FoundationReader(Context).ReadAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (FoundationMissingException missing)
        {
            return missing.Message;
        }
    }

    /// <summary>Ends all waking and watching; afterwards nothing is rented by this process until it is asked to again.</summary>
    public async Task StopBurstAsync()
    {
        await Driver.DisposeAsync().ConfigureAwait(false);
        await _burst.DisposeAsync().ConfigureAwait(false);
        (_burst, Driver) = NewDriver();
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync().ConfigureAwait(false);
        await _burst.DisposeAsync().ConfigureAwait(false);
        await Garbage.DisposeAsync().ConfigureAwait(false);
        _http?.Dispose();
        Context.Federation?.Dispose();
        Context.State.Dispose();
        _adopting.Dispose();
    }

    private static Guid OwnerOf(ClusterMemory memory, HybridClusterSurroundings surroundings) =>
        memory.OwnerId is not { } id ? surroundings.Adopt ?? Guid.NewGuid()
        : surroundings.Adopt is { } wanted && wanted != Guid.Parse(id)
            ? throw new OwnedElsewhereException(surroundings.StateFolder, id)
        : Guid.Parse(id);

    private (GpuBurst Burst, WakeDriver Driver) NewDriver()
    {
        GpuBurst burst = new(
            Context,
            Controller.PlanWakeAsync,
            (wakeId, happened) => Driver.Notify(wakeId, happened),
            () => Driver.IdleNode
        );
        return (burst, new WakeDriver(burst, Context.Clock, Context.Events, Context.Spec.Life.IdleTimeout, _draining));
    }

    /// <summary>Takes over the one node left, if it still serves; false when there is anything else to see to.</summary>
    private async Task<bool> TakeOverAsync(List<NodeMemory> left, CancellationToken cancellationToken)
    {
        if (left is not [{ ReadyAt: not null, InstanceId: { } instanceId, InstanceType: { } type } node])
        {
            return false;
        }

        var instances = await new ClusterInstances(Context.Aws, Context.Owner, Context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        if (!instances.Any(i => i.InstanceId == instanceId && i.IsAlive))
        {
            return false;
        }

        GpuNode serving = new()
        {
            WakeId = node.WakeId,
            InstanceId = instanceId,
            InstanceType = type,
            Endpoint = new IPEndPoint(node.MeshAddress, OllamaManifest.Port),
        };
        try
        {
            using OllamaClient ollama = new(Http(), MeshHttp.Root(serving.Endpoint));
            await ollama.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OllamaException)
        {
            serving.Dispose();
            return false;
        }

        _burst.Adopt(node);
        Context.Events.Publish(
            ClusterEventKind.Done,
            ClusterStages.Wake,
            $"{node.WakeId} is still up from an earlier run and is taken over."
        );
        return Driver.Adopt(serving);
    }
}
