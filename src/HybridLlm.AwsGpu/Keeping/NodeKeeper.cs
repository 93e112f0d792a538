using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Keeping;

/// <summary>
/// Keeps one node up through reclaims: a pure step from state and event to state and moves. The notice starts the replacement at once, in
/// the pool the planner ranks best; on-demand bridges what spot cannot give, if the policy lets it, and gives way to spot again. A node is
/// given back only when another is ready or it is of no use any more.
/// </summary>
public static class NodeKeeper
{
    /// <summary>Takes one event.</summary>
    /// <param name="state">The state so far.</param>
    /// <param name="happened">What happens.</param>
    /// <param name="now">The time.</param>
    /// <param name="policy">How the node is kept.</param>
    public static (KeeperState State, IReadOnlyList<KeeperMove> Moves) Next(
        KeeperState state,
        KeeperEvent happened,
        DateTimeOffset now,
        KeeperPolicy policy
    )
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(policy);
        List<KeeperMove> moves = [];
        var next = happened switch
        {
            KeeperEvent.TimePassed => state,
            KeeperEvent.OffersRead read => Decide(state with { IsAsking = false }, read.Plan, now, policy, moves),
            KeeperEvent.Launched launched => Launched(state, launched, now),
            KeeperEvent.LaunchRefused refused => Refused(state, refused, now, policy),
            KeeperEvent.NodeReady ready => Ready(state, ready.InstanceId, now, moves),
            KeeperEvent.Signalled signalled => Signalled(state, signalled, now, moves),
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        if (AsksForOffers(next, now, policy))
        {
            // Pools are cooled to find better ones; when a timed look again finds nobody serving, a doubtful pool is better than none.
            var evenCooled = Staying(next) is null && next is { NoSpotSince: not null, LookAgainAt: not null };
            moves.Add(new KeeperMove.ReadOffers(evenCooled));
            next = next with { IsAsking = true, LookAgainAt = null };
        }
        else if (
            !next.IsAsking
            && Staying(next) is { Offer.Market: InstanceMarket.OnDemand }
            && !(next.LookAgainAt > now)
        )
        {
            next = next with { LookAgainAt = next.LookedAt + policy.Markets.ReturnEvery };
        }

        return (next, moves);
    }

    private static bool AsksForOffers(KeeperState state, DateTimeOffset now, KeeperPolicy policy) =>
        !state.IsAsking
        && state.Nodes.Count < policy.MaxNodes
        && !(state.LookAgainAt > now)
        && (Staying(state) is not { } node || WantsSpot(state, node, now, policy));

    /// <summary>The node that is to serve, or the one that is to follow it.</summary>
    private static KeptNode? Staying(KeeperState state) => state.Nodes.FindLast(n => !n.IsLeaving);

    private static bool WantsSpot(KeeperState state, KeptNode node, DateTimeOffset now, KeeperPolicy policy) =>
        node.Offer.Market == InstanceMarket.OnDemand && now >= state.LookedAt + policy.Markets.ReturnEvery;

    private static KeeperState Decide(
        KeeperState state,
        OfferPlan plan,
        DateTimeOffset now,
        KeeperPolicy policy,
        List<KeeperMove> moves
    )
    {
        if (Staying(state) is { } node)
        {
            // A request that is open moves to the next node like at a reclaim, so the node need not be idle.
            var returns = policy.Markets.ReturnsToSpot(plan, node.Offer, now, state.LookedAt, idle: true);
            return returns ? Launch(plan.Offers) : LookAgain(now + policy.Markets.ReturnEvery);
        }

        var decision = policy.Markets.Choose(plan, now, state.NoSpotSince);
        return decision.LookAgainAt is { } at
            ? LookAgain(at) with
            {
                NoSpotSince = state.NoSpotSince ?? now,
            }
            : Launch(decision.Offers);

        KeeperState Launch(IReadOnlyList<Offer> offers)
        {
            moves.Add(new KeeperMove.Launch(offers));
            return state with { IsAsking = true, LookedAt = now, LookAgainAt = null };
        }

        KeeperState LookAgain(DateTimeOffset at) => state with { LookedAt = now, LookAgainAt = at };
    }

    private static KeeperState Launched(KeeperState state, KeeperEvent.Launched launched, DateTimeOffset now)
    {
        var spot = launched.Offer.Market == InstanceMarket.Spot;
        var remembered = Remember(state, launched.Refused, launched.Offer.Market, now);
        return remembered with
        {
            IsAsking = false,
            Nodes = state.Nodes.Add(new KeptNode { InstanceId = launched.InstanceId, Offer = launched.Offer }),
            Interruptions = remembered.Interruptions.Watch(
                new WatchedNode
                {
                    InstanceId = launched.InstanceId,
                    InstanceType = launched.Offer.InstanceType.Name,
                    ZoneId = launched.Offer.Zone.Id,
                    Since = now,
                }
            ),
            NoSpotSince = spot ? null : state.NoSpotSince ?? now,
            LookedAt = now,
        };
    }

    private static KeeperState Refused(
        KeeperState state,
        KeeperEvent.LaunchRefused refused,
        DateTimeOffset now,
        KeeperPolicy policy
    )
    {
        // Spot's first refusal cools its pools, so the next look, at once, finds others or the other market. Any other is final for a while.
        var final =
            state.NoSpotSince is not null || refused.Refused.Count == 0 || refused.Market == InstanceMarket.OnDemand;
        return Remember(state, refused.Refused, refused.Market, now) with
        {
            IsAsking = false,
            NoSpotSince = state.NoSpotSince ?? now,
            LookedAt = now,
            LookAgainAt =
                Staying(state) is not null ? now + policy.Markets.ReturnEvery
                : final ? now + policy.Markets.RetryEvery
                : null,
        };
    }

    private static KeeperState Remember(
        KeeperState state,
        IReadOnlyList<PoolError> refused,
        InstanceMarket market,
        DateTimeOffset now
    ) =>
        state with
        {
            Interruptions = state.Interruptions with
            {
                Pools = state.Interruptions.Pools.Refused(refused, market, now),
            },
        };

    private static KeeperState Ready(KeeperState state, string instanceId, DateTimeOffset now, List<KeeperMove> moves)
    {
        if (state.Nodes.Find(n => n.InstanceId == instanceId) is not { IsLeaving: false } node)
        {
            return state;
        }

        return state
            .Nodes.Where(n => n != node)
            .Aggregate(
                state with
                {
                    Nodes = state.Nodes.Replace(node, node with { IsReady = true }),
                },
                (s, other) =>
                    other.IsLeaving || other.Offer.Market == InstanceMarket.OnDemand
                        ? GiveBack(s, other, now, moves)
                        : s
            );
    }

    private static KeeperState Signalled(
        KeeperState state,
        KeeperEvent.Signalled signalled,
        DateTimeOffset now,
        List<KeeperMove> moves
    )
    {
        var (interruptions, told) = InterruptionHandler.Next(
            state.Interruptions,
            signalled.Signal,
            signalled.PrefetchAllowed
        );
        var next = state with { Interruptions = interruptions };
        if (state.Nodes.Find(n => n.InstanceId == signalled.Signal.InstanceId) is not { } node || told.Count == 0)
        {
            return next;
        }

        next = next with { LookAgainAt = null };
        return told.Contains(InterruptionMove.Sweep) ? next with { Nodes = next.Nodes.Remove(node) }
            // What does not serve yet will not serve before it is taken.
            : !node.IsReady ? GiveBack(next, node, now, moves)
            : next with { Nodes = next.Nodes.Replace(node, node with { IsLeaving = true }) };
    }

    private static KeeperState GiveBack(KeeperState state, KeptNode node, DateTimeOffset now, List<KeeperMove> moves)
    {
        moves.Add(new KeeperMove.GiveBack(node.InstanceId));
        return state with
        {
            Nodes = state.Nodes.RemoveAll(n => n.InstanceId == node.InstanceId),
            Interruptions = state.Interruptions.GiveBack(node.InstanceId, now),
        };
    }
}
