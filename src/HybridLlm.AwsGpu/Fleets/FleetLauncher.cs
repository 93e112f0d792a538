using HybridLlm.AwsGpu.Ec2;
using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>
/// Rents one GPU node per intent. However often an intent is launched, and wherever an earlier launch was cut off, at
/// most one instance answers it.
/// </summary>
public sealed class FleetLauncher
{
    private const int MaxSends = 3;
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestInvisible = TimeSpan.FromMinutes(1);
    private readonly AwsClients _clients;
    private readonly ILogger<FleetLauncher> _logger;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    public FleetLauncher(AwsClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _logger = clients.Logger<FleetLauncher>();
    }

    /// <summary>
    /// Finds the intent's node or rents it: an instant fleet of one instance from whichever pool EC2 has most of at
    /// a good price. The instance ends itself when its lease runs out.
    /// </summary>
    /// <param name="intent">The decision, journalled by the caller.</param>
    /// <param name="cancellationToken">Stops between calls; launching the same intent again goes on from there.</param>
    /// <exception cref="InvalidSpecException">The intent cannot be.</exception>
    /// <exception cref="NoCapacityException">No pool gave a node; nothing is rented.</exception>
    /// <exception cref="AttemptSpentException">This attempt had its node, and the node has ended.</exception>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer; launch the same intent again.</exception>
    public async Task<LaunchedNode> LaunchAsync(NodeIntent intent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(intent);
        intent.Validate();
        using var span = Telemetry.Source.StartActivity("fleet.launch");
        span?.SetTag("hybridllm.intent", intent.Id);
        span?.SetTag("hybridllm.attempt", intent.Attempt);
        span?.SetTag("hybridllm.market", intent.Market.ToString());
        InstancePort instances = new(_clients, intent.Region);
        NodeTemplate template = new(_clients, intent.Owner, intent.Region);

        var answering = await instances.ListAsync(intent.Owner, intent.Id, cancellationToken).ConfigureAwait(false);
        var node =
            Adopt(answering, intent)
            ?? await RentAsync(intent, template, instances, answering, cancellationToken).ConfigureAwait(false);
        await template.DeleteVersionsAsync(intent.Id, cancellationToken).ConfigureAwait(false);
        span?.SetTag("cloud.resource_id", node.InstanceId);
        span?.SetTag("host.type", node.InstanceType);
        return node;
    }

    private async Task<LaunchedNode> RentAsync(
        NodeIntent intent,
        NodeTemplate template,
        InstancePort instances,
        List<InstanceStatus> ended,
        CancellationToken cancellationToken
    )
    {
        FleetPort fleets = new(_clients, intent.Region);
        var answer = await AskAsync(intent, template, fleets, instances, cancellationToken).ConfigureAwait(false);
        if (answer.Node is not { } node)
        {
            await template.DeleteVersionsAsync(intent.Id, cancellationToken).ConfigureAwait(false);
            await fleets.DeleteAsync(answer.FleetId, cancellationToken).ConfigureAwait(false);
            if (answer.Errors.Any(e => AwsErrorCodes.RuleOf(e.Code).Cleanup == AwsErrorCleanup.EndedFleets))
            {
                // The token has its answer; the next attempt finds room.
                await MakeRoomAsync(intent, cancellationToken).ConfigureAwait(false);
            }

            throw new NoCapacityException(intent, answer.Errors);
        }

        // EC2 answers a token it knows with the instance of that time, ended or not.
        if (ended.Exists(i => i.InstanceId == node.InstanceId))
        {
            await template.DeleteVersionsAsync(intent.Id, cancellationToken).ConfigureAwait(false);
            throw new AttemptSpentException(intent.Id, intent.Attempt, node.InstanceId);
        }

        Log.NodeLaunched(_logger, intent.Id, node.InstanceId, node.InstanceType, node.ZoneId);
        return node;
    }

    /// <summary>
    /// Asks for the node from the intent's template version. What the table of codes can set right by itself is set right once: a version that a
    /// sweep took in between is made anew, records of ended fleets make room for another.
    /// </summary>
    private async Task<FleetAnswer> AskAsync(
        NodeIntent intent,
        NodeTemplate template,
        FleetPort fleets,
        InstancePort instances,
        CancellationToken cancellationToken
    )
    {
        for (var round = 0; ; round++)
        {
            var version = await template.EnsureVersionAsync(intent, round, cancellationToken).ConfigureAwait(false);
            try
            {
                return await SendAsync(intent, fleets, template.Name, version, instances, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (AwsCallException refusal)
                when (round == 0 && AwsErrorCodes.RuleOf(refusal.Code).Cleanup == AwsErrorCleanup.LaunchTemplate) { }
            catch (AwsCallException refusal)
                when (round == 0 && AwsErrorCodes.RuleOf(refusal.Code).Cleanup == AwsErrorCleanup.EndedFleets)
            {
                if (await MakeRoomAsync(intent, cancellationToken).ConfigureAwait(false) == 0)
                {
                    throw;
                }
            }
        }
    }

    private async Task<int> MakeRoomAsync(NodeIntent intent, CancellationToken cancellationToken)
    {
        var deleted = await new FleetRecords(_clients, intent.Owner, intent.Region)
            .DeleteEndedAsync(cancellationToken)
            .ConfigureAwait(false);
        Log.EndedFleetsDeleted(_logger, deleted, intent.Region);
        return deleted;
    }

    /// <summary>Sends the launch until AWS answers it, or the node of an unanswered one is found.</summary>
    private async Task<FleetAnswer> SendAsync(
        NodeIntent intent,
        FleetPort fleets,
        string template,
        string version,
        InstancePort instances,
        CancellationToken cancellationToken
    )
    {
        for (var send = 1; ; send++)
        {
            try
            {
                return await fleets.CreateAsync(intent, template, version, cancellationToken).ConfigureAwait(false);
            }
            catch (AwsCallException lost) when (lost.Kind == AwsErrorKind.OutcomeUnknown && send < MaxSends)
            {
                // The call may have worked. EC2 would recognise the token, but look first: it costs nothing.
                var answering = await instances
                    .ListAsync(intent.Owner, intent.Id, cancellationToken)
                    .ConfigureAwait(false);
                if (Adopt(answering, intent) is { } found)
                {
                    return new FleetAnswer("", found, []);
                }
            }
            catch (AwsCallException used) when (used.Kind == AwsErrorKind.TokenConflict)
            {
                if (await FindEarlierAsync(intent, instances, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    return new FleetAnswer("", found, []);
                }

                throw;
            }
        }
    }

    /// <summary>
    /// The token tells that this attempt was launched before, with other contents; its node may be too new to be seen.
    /// Only when none shows for a minute did that launch give none.
    /// </summary>
    private async Task<LaunchedNode?> FindEarlierAsync(
        NodeIntent intent,
        InstancePort instances,
        CancellationToken cancellationToken
    )
    {
        var visibleBy = _clients.Time.GetUtcNow() + s_longestInvisible;
        while (true)
        {
            // By tag, and by the token itself: either may be shown before the other.
            var token = intent.Owner.ClientToken("fleet", intent.Id, intent.Attempt);
            var tagged = await instances.ListAsync(intent.Owner, intent.Id, cancellationToken).ConfigureAwait(false);
            var named = await instances.FindAsync(intent.Owner, token, cancellationToken).ConfigureAwait(false);
            var node = Adopt([.. tagged.UnionBy(named, i => i.InstanceId)], intent);
            if (node is not null || _clients.Time.GetUtcNow() >= visibleBy)
            {
                return node;
            }

            await Task.Delay(s_pollEvery, _clients.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private LaunchedNode? Adopt(List<InstanceStatus> answering, NodeIntent intent)
    {
        if (answering.Where(i => i.IsAlive).MinBy(i => i.LaunchedAt) is not { } alive)
        {
            return null;
        }

        Log.NodeAdopted(_logger, intent.Id, alive.InstanceId);
        return new LaunchedNode
        {
            InstanceId = alive.InstanceId,
            InstanceType = alive.InstanceType,
            ZoneId = intent.Pools.FirstOrDefault(p => p.SubnetId == alive.SubnetId)?.ZoneId,
            Market = alive.Market,
            Adopted = true,
        };
    }
}
