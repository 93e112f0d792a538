using HybridLlm.Applying;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Planning;
using HybridLlm.Reaching;
using HybridLlm.Specs;
using HybridLlm.Teardown;
using HybridLlm.Waking;
using Microsoft.Extensions.AI;

namespace HybridLlm;

/// <summary>
/// A GPU that exists only while somebody asks. <see cref="UpAsync"/> makes the cheap foundation; the first request wakes a GPU, and
/// idle time or <see cref="SleepAsync"/> gives it back; <see cref="DownAsync"/> removes everything and proves it.
/// Disposing gives nothing back: a GPU that is up lives until its lease runs out.
/// </summary>
public sealed class HybridCluster : IAsyncDisposable
{
    private readonly ClusterEvents _events;
    private readonly AwsClients _aws;
    private readonly SessionDoor _door;

    internal HybridCluster(HybridClusterSurroundings surroundings)
    {
        Spec = surroundings.Spec;
        _events = new ClusterEvents(surroundings.Clock);
        _aws = new AwsClients(surroundings.Aws);
        _door = new SessionDoor(surroundings, _aws, _events);
        // Its limits are about this machine's sockets, so they go by this machine's clock whatever the cluster's is.
        Answers = new OllamaContinuity(new ClusterEndpoints(AcquireAsync, ExamineAsync));
        ChatClient = new HybridChatClient(surroundings.Spec.Model.Name, Answers);
    }

    /// <summary>What is wanted.</summary>
    public HybridClusterSpec Spec { get; }

    /// <summary>
    /// Asks the model, waking a GPU if none is up; an answer goes on elsewhere when its node is taken. Where it moved is told by
    /// updates without contents whose <see cref="ChatResponseUpdate.RawRepresentation"/> is a <see cref="Migration"/>. Belongs to the
    /// cluster; disposing it does nothing.
    /// </summary>
    public IChatClient ChatClient { get; }

    /// <summary>The same in Ollama's own terms, for hosts of an endpoint.</summary>
    public OllamaContinuity Answers { get; }

    /// <summary>Stages of a wake in order, each with the time it is expected to take.</summary>
    public IReadOnlyList<PlanStage> WakeStages => HybridClusterPlanner.WakeStagesOf(Spec);

    /// <summary>What would be made, what it costs and why just so. Reads only.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="HybridClusterFaultsException">Something stands in the way; everything that does is named.</exception>
    /// <exception cref="JournalCorruptException">The journal cannot be read.</exception>
    public async Task<HybridClusterPlan> PlanAsync(CancellationToken cancellationToken = default)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return (await session.Controller.PlanAsync(cancellationToken).ConfigureAwait(false)).Plan;
    }

    /// <summary>
    /// Makes the foundation, or what is missing of it: mesh authority, network, bucket, artifacts, lighthouse. It costs cents a day
    /// until <see cref="DownAsync"/>. A second call writes nothing.
    /// </summary>
    /// <param name="progress">Told each step; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between steps; a later call goes on.</param>
    /// <returns>The plan that was applied.</returns>
    /// <exception cref="HybridClusterFaultsException">Something stands in the way; everything that does is named, nothing is changed.</exception>
    public async Task<HybridClusterPlan> UpAsync(
        IProgress<ClusterEvent>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        HybridClusterPlan? plan = null;
        await NarrateAsync(
                progress,
                async () =>
                {
                    await session.Controller.FetchArtifactsAsync(cancellationToken).ConfigureAwait(false);
                    (plan, _, var catalogue) = await session
                        .Controller.PlanAsync(cancellationToken)
                        .ConfigureAwait(false);
                    session.RememberOwner();
                    await session.Garbage.BeginAsync(cancellationToken).ConfigureAwait(false);
                    await new FoundationApplier(session.Context)
                        .ApplyAsync(plan, catalogue, cancellationToken)
                        .ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        return plan!;
    }

    /// <summary>Wakes a GPU, or joins the wake that is under way, and returns when the model is loaded.</summary>
    /// <param name="progress">Told each step; null tells nobody.</param>
    /// <param name="cancellationToken">Gives up waiting; the wake itself goes on.</param>
    /// <exception cref="WakeFailedException">No GPU came up; the message says why.</exception>
    public Task WakeAsync(IProgress<ClusterEvent>? progress = null, CancellationToken cancellationToken = default) =>
        NarrateAsync(progress, async () => (await AcquireAsync(cancellationToken).ConfigureAwait(false)).Dispose());

    /// <summary>
    /// A node, waking a GPU if none is up, for what <see cref="ChatClient"/> and <see cref="Answers"/> do not do: whoever holds it
    /// sees for himself that the node may be lost.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; the wake itself goes on.</param>
    /// <returns>The node, held until it is disposed.</returns>
    /// <exception cref="WakeFailedException">No GPU came up; the message says why.</exception>
    public async Task<ModelEndpoint> AcquireAsync(CancellationToken cancellationToken = default)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await session.AdoptAsync(cancellationToken).ConfigureAwait(false);
        var lease = await session.Driver.AcquireAsync(cancellationToken).ConfigureAwait(false);
        return new ModelEndpoint(lease, session.Http());
    }

    /// <summary>Looks at a node that failed its holder, so that <see cref="AcquireAsync"/> does not give it again when it is gone.</summary>
    /// <param name="endpoint">The node, which is still to be disposed.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    public Task ExamineAsync(ModelEndpoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return ExamineAsync(endpoint.Serving, cancellationToken);
    }

    /// <summary>Spent from then until now, USD, everything counted: by the journal, asking nobody. 0 while it has not been opened.</summary>
    /// <param name="from">Beginning.</param>
    public decimal SpentSince(DateTimeOffset from) =>
        _door.Session is { Context: var context }
            ? BudgetBook.Spent(context.Journal.Memory, from, DateTimeOffset.MaxValue, context.Now)
            : 0;

    private async Task ExamineAsync(GpuNode node, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await session.ExamineAsync(node, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the GPU back: open answers are finished first, for two minutes at most.</summary>
    /// <param name="progress">Told each step; null tells nobody.</param>
    /// <param name="cancellationToken">Stops waiting; giving back goes on.</param>
    public async Task SleepAsync(
        IProgress<ClusterEvent>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await NarrateAsync(
                progress,
                async () =>
                {
                    await session.AdoptAsync(cancellationToken).ConfigureAwait(false);
                    await session.Driver.SleepAsync(cancellationToken).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
    }

    /// <summary>Keeps the GPU for some time from now, whether or not this process lives; the budget must bear it.</summary>
    /// <param name="time">How long; cut at the node's absolute maximum life.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>Until when the node may live now; null when no GPU is up.</returns>
    /// <exception cref="BudgetExhaustedException">The budget does not bear it.</exception>
    public async Task<DateTimeOffset?> KeepForAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (session.Driver.Node is not { } node)
        {
            return null;
        }

        return await new LeaseExtension(session.Context)
            .KeepForAsync(node, time, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Removes everything that carries this cluster's owner id, in every enabled region, and returns what a fresh scan says. The
    /// mesh authority and the journal stay on this machine. Can be called again at any time.
    /// </summary>
    /// <param name="down">What stays nevertheless; null keeps nothing.</param>
    /// <param name="progress">Told each step; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between steps; a later call goes on.</param>
    public async Task<TeardownReceipt> DownAsync(
        DownSpec? down = null,
        IProgress<ClusterEvent>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        TeardownReceipt? receipt = null;
        await NarrateAsync(
                progress,
                async () =>
                {
                    // Nothing may be woken while everything goes.
                    await session.StopBurstAsync().ConfigureAwait(false);
                    receipt = await session
                        .Controller.DownAsync(down ?? new DownSpec(), cancellationToken)
                        .ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        return receipt!;
    }

    /// <summary>
    /// Owner ids under which AWS has things of a cluster of this name, in any enabled region, to find one whose state is lost. Reads only.
    /// </summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<IReadOnlyList<FoundOwner>> FindOwnersAsync(CancellationToken cancellationToken = default)
    {
        var regions = await _aws.ListRegionsAsync(cancellationToken).ConfigureAwait(false);
        return await new ClusterOwners(_aws).FindAsync(Spec.Name, regions, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes over what a controller left whose state is lost: its GPUs are ended, since the keys to them are lost with it, the rest is
    /// used on by <see cref="UpAsync"/> or removed by <see cref="DownAsync"/>. The other controller must be gone for good: two would rent twice.
    /// </summary>
    /// <param name="ownerId">Its owner id, e.g. of <see cref="FindOwnersAsync"/>.</param>
    /// <param name="progress">Told each step; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between steps; a later call goes on.</param>
    /// <exception cref="OwnedElsewhereException">The state folder is another owner's.</exception>
    public async Task AdoptAsync(
        Guid ownerId,
        IProgress<ClusterEvent>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var session = await _door.OpenAsAsync(ownerId, cancellationToken).ConfigureAwait(false);
        session.RememberOwner();
        await NarrateAsync(progress, () => new Adoption(session.Context).TakeInAsync(cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>What is there now. Reads only.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<HybridClusterStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await new StatusReader(session).ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Everything that happens from now on, until the cluster is disposed.</summary>
    /// <param name="cancellationToken">Stops watching.</param>
    public IAsyncEnumerable<ClusterEvent> WatchAsync(CancellationToken cancellationToken = default) =>
        _events.Watch(cancellationToken);

    /// <summary>Stops controlling and frees the state folder. Gives nothing back to AWS.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_door.IsClosed)
        {
            return;
        }

        await _door.DisposeAsync().ConfigureAwait(false);
        _events.Complete();
        _aws.Dispose();
    }

    private Task<ClusterSession> OpenAsync(CancellationToken cancellationToken) => _door.OpenAsync(cancellationToken);

    /// <summary>Passes the cluster's events to <paramref name="progress"/> while the work runs.</summary>
    private async Task NarrateAsync(IProgress<ClusterEvent>? progress, Func<Task> work)
    {
        if (progress is null)
        {
            await work().ConfigureAwait(false);
            return;
        }

        using var told = _events.Tell(progress.Report);
        await work().ConfigureAwait(false);
    }
}
