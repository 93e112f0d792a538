using HybridLlm.Applying;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Liqo;
using HybridLlm.Nebula.Networks;
using HybridLlm.Waking;

namespace HybridLlm.Keeping;

/// <summary>
/// Rents one node for a wake, where <see cref="NodeKeeping"/> says: spot first, then other pools, or on demand where that is wanted. Each
/// launch is an attempt of its own, reserved and journalled before it.
/// </summary>
internal sealed class NodeRenter(
    ClusterContext context,
    NodeKeeping keeping,
    Func<CancellationToken, Task<PlannedWake>> plan
)
{
    private const int MostTokens = 5;

    /// <exception cref="WakeFailedException">Nothing gives a node; nothing is rented.</exception>
    /// <exception cref="BudgetExhaustedException">The budget does not bear the next attempt.</exception>
    public async Task<RentedNode> RentAsync(
        string wakeId,
        Foundation foundation,
        NodeEnroller enroller,
        CancellationToken cancellationToken
    )
    {
        // Liqo cannot peer again with an id that returns with other keys.
        var providerId = context.Federation is null ? null : ClusterId.Fresh($"{context.Spec.Name}-{wakeId}");
        var place = foundation.Mesh.Place(new MeshMember { Name = wakeId, Role = MeshRole.GpuNode });
        PlannedWake? planned = null;
        NoCapacityException? refusal = null;
        var isFirstLook = true;
        var attempts = 0;
        var moves = keeping.Begin();
        while (true)
        {
            switch (moves is [var move, ..] ? move : null)
            {
                case KeeperMove.ReadOffers read:
                    planned = await plan(cancellationToken).ConfigureAwait(false);
                    var offers =
                        isFirstLook ? planned.Market.Plan
                        : read.EvenCooled ? planned.Market.Everything
                        : planned.Market.Warm;
                    isFirstLook = false;
                    moves = keeping.Take(new KeeperEvent.OffersRead(offers));
                    break;
                case KeeperMove.Launch launch:
                    planned ??= await plan(cancellationToken).ConfigureAwait(false);
                    LaunchAttempt attempt = new(wakeId, ++attempts, providerId, place, planned, launch.Offers);
                    try
                    {
                        return await LaunchAsync(attempt, foundation, enroller, cancellationToken)
                            .ConfigureAwait(false);
                    }
                    catch (NoCapacityException none)
                    {
                        refusal = none;
                        if (none.Errors.Any(e => e.Kind == AwsErrorKind.Quota) && LostOneCounts(wakeId))
                        {
                            throw ForTwo(wakeId, none);
                        }

                        Refused(attempt, none);
                        moves = keeping.Take(new KeeperEvent.LaunchRefused(attempt.Market, none.Errors));
                    }
                    catch (AwsCallException none) when (none.Kind == AwsErrorKind.Quota && LostOneCounts(wakeId))
                    {
                        throw ForTwo(wakeId, none);
                    }
                    catch (AwsGpuException spent)
                        when (spent is AttemptSpentException or AwsCallException { Kind: AwsErrorKind.TokenConflict }
                            && attempts < MostTokens
                        )
                    {
                        // A launch that no journal knows had this token, and nothing of it is alive: the next attempt has another.
                        context.Journal.Append(new LaunchRefused { At = context.Now, WakeId = wakeId });
                    }

                    break;
                default:
                    await WaitAsync(wakeId, planned, refusal, cancellationToken).ConfigureAwait(false);
                    moves = keeping.Take(new KeeperEvent.TimePassed());
                    break;
            }
        }
    }

    private async Task<RentedNode> LaunchAsync(
        LaunchAttempt attempt,
        Foundation foundation,
        NodeEnroller enroller,
        CancellationToken cancellationToken
    )
    {
        var lastMoment = Seconds(context.Now + context.Spec.Life.MaximumLife);
        var wake = await enroller
            .OpenAsync(
                attempt.WakeId,
                NodeRole.Gpu,
                attempt.Place,
                Seconds(context.Now + context.Spec.Life.BootDeadline),
                lastMoment,
                cancellationToken
            )
            .ConfigureAwait(false);
        try
        {
            var leaseUntil = Seconds(context.Now + context.Spec.Life.Lease);
            BudgetGate.Check(context, attempt.HourlyReserve, context.Now, leaseUntil);
            WakeNarration.Expect(
                context,
                ClusterStages.Rent,
                $"{attempt.WakeId}: reserving {Money.Usd(attempt.HourlyReserve)}/h until {leaseUntil:u}, {attempt.Offers.Count} {attempt.Words} pools."
            );
            context.Journal.Append(attempt.Entry(context.Now, leaseUntil, wake.CertificateUntil));
            NodeIntent intent = new()
            {
                Owner = context.Owner,
                PlanId = attempt.Planned.PlanId,
                Id = attempt.WakeId,
                Attempt = attempt.Number,
                Region = context.Region,
                Pools = NodePool.From(attempt.Offers, foundation.Network),
                Market = attempt.Market,
                MaxHourlyPrice = attempt.Planned.Market.ReserveOf(attempt.Market),
                Image = attempt.Planned.Image,
                SecurityGroupId = foundation.Network.NodeSecurityGroupId,
                UserData = NodeUserData.Render(wake.Boot),
                LeaseUntil = leaseUntil,
                ExpiresAt = lastMoment,
            };
            var node = await new FleetLauncher(context.Aws)
                .LaunchAsync(intent, cancellationToken)
                .ConfigureAwait(false);
            Launched(attempt, node);
            return new RentedNode(wake, node, attempt.Planned, attempt.ProviderId);
        }
        catch
        {
            wake.Dispose();
            throw;
        }
    }

    private void Launched(LaunchAttempt attempt, LaunchedNode node)
    {
        var offer =
            attempt.Offers.FirstOrDefault(o => o.InstanceType.Name == node.InstanceType && o.Zone.Id == node.ZoneId)
            ?? attempt.Offers[^1];
        context.Journal.Append(
            new NodeLaunched
            {
                At = context.Now,
                WakeId = attempt.WakeId,
                InstanceId = node.InstanceId,
                InstanceType = node.InstanceType,
                Zone = offer.Zone.Name,
                ZoneId = offer.Zone.Id,
                Market = attempt.Market,
                InstancePrice = offer.HourlyPrice,
                LaunchedAt = context.Now,
                HourlyCost = attempt.Planned.HourlyOverhead + offer.HourlyPrice,
            }
        );
        Remember(attempt.Market, node.PoolErrors);
        keeping.Know(attempt.WakeId, node.InstanceId);
        keeping.Take(new KeeperEvent.Launched(node.InstanceId, offer, node.PoolErrors));
        foreach (var error in node.PoolErrors)
        {
            Say(ClusterEventKind.Warning, $"Not from {error}.");
        }

        Say(
            ClusterEventKind.Done,
            $"Rented {node.InstanceType} in {offer.Zone.Name} at {Money.Usd(offer.HourlyPrice)}/h{(attempt.Market == InstanceMarket.OnDemand ? ", on demand" : "")}."
        );
    }

    private void Refused(LaunchAttempt attempt, NoCapacityException none)
    {
        context.Journal.Append(new LaunchRefused { At = context.Now, WakeId = attempt.WakeId });
        Remember(attempt.Market, none.Errors);
        Say(ClusterEventKind.Warning, none.Message[..^none.Remedy.Length].TrimEnd());
    }

    /// <summary>Whether a quota may count a node that is lost: then it says nothing of the market without it.</summary>
    private bool LostOneCounts(string wakeId) =>
        context.Journal.Memory.LiveNodes.Any(n => n.WakeId != wakeId && keeping.IsGone(n.InstanceId));

    private WakeFailedException ForTwo(string wakeId, AwsGpuException none)
    {
        context.Journal.Append(new LaunchRefused { At = context.Now, WakeId = wakeId });
        return new WakeFailedException(none.Message, none.Remedy, none) { IsForTwo = true };
    }

    private void Remember(InstanceMarket market, IReadOnlyList<PoolError> refused)
    {
        if (refused.Count > 0)
        {
            context.Journal.Append(
                new PoolsRefused
                {
                    At = context.Now,
                    Market = market,
                    Pools = [.. refused.Select(e => new PoolRefusal(e.InstanceType, e.ZoneId, e.Code))],
                }
            );
        }
    }

    /// <summary>Waits for spot where on-demand is bought only after a while; otherwise there is nothing to wait for.</summary>
    private async Task WaitAsync(
        string wakeId,
        PlannedWake? planned,
        NoCapacityException? refusal,
        CancellationToken cancellationToken
    )
    {
        var gpu = context.Spec.Gpu;
        var waits =
            gpu.OnDemand == OnDemandFallback.AfterWait
            && !keeping.HasStaying
            && refusal is not { NeedsOperator: true }
            && planned is { Market.OnDemand.Count: > 0 }
            && context.Journal.Memory.Node(wakeId) is not { Market: InstanceMarket.OnDemand };
        if (!waits || keeping.LookAgainAt is not { } at)
        {
            throw refusal is null
                ? new WakeFailedException(
                    "No pool that may be asked now gives a GPU.",
                    "Ask again in some minutes, or let it be bought on demand."
                )
                : new WakeFailedException(refusal.Message, refusal.Remedy, refusal);
        }

        Say(
            ClusterEventKind.Progress,
            $"Spot is asked again at {at:u}; on demand is bought if it goes on giving nothing."
        );
        await Task.Delay(at > context.Now ? at - context.Now : TimeSpan.Zero, context.Clock, cancellationToken)
            .ConfigureAwait(false);
    }

    private void Say(ClusterEventKind kind, string message) =>
        context.Events.Publish(kind, ClusterStages.Rent, message);

    /// <summary>Tags and scripts know whole seconds.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset instant) =>
        DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());
}
