using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Permissions;
using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>
/// Removes what an owner has and proves it by a fresh scan. It can be cut off and run again at any time; when nothing is
/// left it changes nothing.
/// </summary>
public sealed class ClusterTeardown
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(60);
    private readonly AwsClients _clients;
    private readonly OwnedResourceScanner _scanner;
    private readonly DeletePort _port;
    private readonly ILogger<ClusterTeardown> _logger;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    /// <param name="scanner">Takes the inventories; null takes one with the embedded prices.</param>
    public ClusterTeardown(AwsClients clients, OwnedResourceScanner? scanner = null)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _scanner = scanner ?? new OwnedResourceScanner(clients);
        _port = new DeletePort(clients);
        _logger = clients.Logger<ClusterTeardown>();
    }

    /// <summary>
    /// How long a teardown goes on before it reports what is still there. GPU instances take minutes to end, and network
    /// interfaces vanish some time after them.
    /// </summary>
    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Takes the cluster down, wave by wave, until a scan finds nothing or the patience ends. EC2 may not show a scan
    /// what was launched within the last minute: end such nodes by <see cref="ClusterInstances.TerminateAsync"/> first.
    /// </summary>
    /// <param name="owner">Whose resources; only those with both of the owner's tags are touched.</param>
    /// <param name="scope">How much.</param>
    /// <param name="regions">Regions to look in; null looks in every region enabled for the account.</param>
    /// <param name="patience">How long to go on; null takes <see cref="DefaultPatience"/>.</param>
    /// <param name="progress">Told each deletion and each refusal; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; a later run goes on from there.</param>
    /// <exception cref="AwsCallException">AWS does not answer a scan.</exception>
    public async Task<TeardownReport> RunAsync(
        ResourceOwner owner,
        TeardownScope scope,
        IReadOnlyList<string>? regions = null,
        TimeSpan? patience = null,
        IProgress<TeardownEvent>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(owner);
        regions ??= await _clients.ListRegionsAsync(cancellationToken).ConfigureAwait(false);
        var giveUp = _clients.Time.GetUtcNow() + (patience ?? DefaultPatience);
        var inventory = await _scanner.ScanAsync(owner, regions, cancellationToken).ConfigureAwait(false);
        var asked = TeardownPlanner.InScope(inventory, scope);
        var remaining = asked;
        Dictionary<ResourceKey, string> blocked = [];
        for (var pause = s_firstPause; remaining.Count > 0; pause = Shorter(pause * 2, s_longestPause))
        {
            blocked = await PassAsync(owner, remaining, giveUp, progress, cancellationToken).ConfigureAwait(false);
            inventory = await _scanner.ScanAsync(owner, regions, cancellationToken).ConfigureAwait(false);
            remaining = TeardownPlanner.InScope(inventory, scope);
            if (remaining.All(r => IsHopeless(r, blocked)) || _clients.Time.GetUtcNow() + pause >= giveUp)
            {
                break;
            }

            await Task.Delay(pause, _clients.Time, cancellationToken).ConfigureAwait(false);
        }

        Log.TeardownDone(_logger, owner.Cluster, scope, asked.Count, remaining.Count);
        var left = remaining.Select(ResourceKey.Of).ToHashSet();
        return new TeardownReport
        {
            Scope = scope,
            Asked = asked,
            Gone = [.. asked.Where(r => !left.Contains(ResourceKey.Of(r)))],
            StillThere =
            [
                .. remaining.Select(r => new RemainingResource(r, blocked.GetValueOrDefault(ResourceKey.Of(r)))),
            ],
            Kept = TeardownPlanner.Kept(inventory, scope),
            ByHand = [.. ByHand(owner, scope, asked, inventory)],
            Foreign = inventory.Foreign,
            Unread = inventory.Unread,
            ScannedAt = inventory.ScannedAt,
        };
    }

    /// <summary>The rule that fed the queue cannot be seen from here; it costs nothing, and sends into the void.</summary>
    private static IEnumerable<string> ByHand(
        ResourceOwner owner,
        TeardownScope scope,
        IReadOnlyList<OwnedResource> asked,
        OwnedInventory inventory
    ) =>
        scope == TeardownScope.Burst
            ? []
            : asked
                .Where(r => r.Kind == OwnedResourceKind.Queue)
                .SelectMany(q => Prerequisites.RemoveRule(owner, q.Region))
                .Concat(
                    inventory.QueuesUnread.Select(r =>
                        $"Queues in {r.Region} were not looked for ({r.Code}); if you set one up, delete {Prerequisites.QueueName(owner)} and its rule."
                    )
                );

    /// <summary>Tries to delete everything once, in order; what is refused is returned with the reason.</summary>
    private async Task<Dictionary<ResourceKey, string>> PassAsync(
        ResourceOwner owner,
        IReadOnlyList<OwnedResource> resources,
        DateTimeOffset giveUp,
        IProgress<TeardownEvent>? progress,
        CancellationToken cancellationToken
    )
    {
        Dictionary<ResourceKey, string> blocked = [];
        foreach (var wave in TeardownPlanner.Waves(resources))
        {
            var refusals = await Task.WhenAll(wave.Select(r => DeleteAsync(r, progress, cancellationToken)))
                .ConfigureAwait(false);
            foreach (var (resource, refusal) in wave.Zip(refusals).Where(d => d.Second is not null))
            {
                blocked[ResourceKey.Of(resource)] = refusal!;
            }

            await WaitForInstancesAsync(owner, wave, giveUp, cancellationToken).ConfigureAwait(false);
        }

        return blocked;
    }

    private async Task<string?> DeleteAsync(
        OwnedResource resource,
        IProgress<TeardownEvent>? progress,
        CancellationToken cancellationToken
    )
    {
        var refusal = await _port.DeleteAsync(resource, cancellationToken).ConfigureAwait(false);
        if (refusal is null)
        {
            Log.ResourceDeleted(_logger, resource.Kind, resource.Id, resource.Region);
        }

        progress?.Report(new TeardownEvent(resource, refusal));
        return refusal;
    }

    private async Task WaitForInstancesAsync(
        ResourceOwner owner,
        IReadOnlyList<OwnedResource> wave,
        DateTimeOffset giveUp,
        CancellationToken cancellationToken
    )
    {
        var instances = wave.Where(r => r.Kind == OwnedResourceKind.Instance).GroupBy(r => r.Region);
        await Task.WhenAll(
                instances.Select(region =>
                    new ClusterInstances(_clients, owner, region.Key).WaitForTerminatedAsync(
                        [.. region.Select(r => r.Id)],
                        giveUp - _clients.Time.GetUtcNow(),
                        cancellationToken
                    )
                )
            )
            .ConfigureAwait(false);
    }

    /// <summary>Whether waiting cannot help, because AWS does not let these credentials delete it.</summary>
    private static bool IsHopeless(OwnedResource resource, Dictionary<ResourceKey, string> blocked) =>
        blocked.TryGetValue(ResourceKey.Of(resource), out var code)
        && AwsErrorCodes.KindOf(code) == AwsErrorKind.Permission;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Tells resources apart whatever else about them has changed between two scans.</summary>
    private readonly record struct ResourceKey(OwnedResourceKind Kind, string Region, string Id)
    {
        public static ResourceKey Of(OwnedResource resource) => new(resource.Kind, resource.Region, resource.Id);
    }
}
