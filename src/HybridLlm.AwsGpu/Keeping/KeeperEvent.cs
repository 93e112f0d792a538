using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Keeping;

/// <summary>Something that happens to the node that is kept.</summary>
public abstract record KeeperEvent
{
    private KeeperEvent() { }

    /// <summary>The beginning, or the moment of <see cref="KeeperState.LookAgainAt"/>.</summary>
    public sealed record TimePassed : KeeperEvent;

    /// <summary>The offers asked for by <see cref="KeeperMove.ReadOffers"/>.</summary>
    /// <param name="Plan">The planner's answer, made from facts that <see cref="PoolHistory.AddTo"/> completed.</param>
    public sealed record OffersRead(OfferPlan Plan) : KeeperEvent;

    /// <summary>A launch gave a node.</summary>
    /// <param name="InstanceId">EC2's id of the instance.</param>
    /// <param name="Offer">Which of the offers it came from.</param>
    /// <param name="Refused">What other pools said.</param>
    public sealed record Launched(string InstanceId, Offer Offer, IReadOnlyList<PoolError> Refused) : KeeperEvent;

    /// <summary>A launch gave no node, and nothing is rented by it.</summary>
    /// <param name="Market">How the node was to be bought.</param>
    /// <param name="Refused">What the pools said; empty when EC2 gave no reason.</param>
    public sealed record LaunchRefused(InstanceMarket Market, IReadOnlyList<PoolError> Refused) : KeeperEvent;

    /// <summary>A node serves.</summary>
    /// <param name="InstanceId">EC2's id of the instance.</param>
    public sealed record NodeReady(string InstanceId) : KeeperEvent;

    /// <summary>A source tells of an interruption.</summary>
    /// <param name="Signal">What is told.</param>
    /// <param name="PrefetchAllowed">Whether the budget bears a second node on a mere recommendation.</param>
    public sealed record Signalled(InterruptionSignal Signal, bool PrefetchAllowed) : KeeperEvent;
}
