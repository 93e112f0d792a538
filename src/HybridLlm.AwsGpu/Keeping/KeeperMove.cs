using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Keeping;

/// <summary>What is to be done for the node that is kept.</summary>
public abstract record KeeperMove
{
    private KeeperMove() { }

    /// <summary>Read prices and offers and plan.</summary>
    /// <param name="EvenCooled">Whether pools that are cooled are to be offered too: <see cref="PoolHistory.AddTo"/> says how.</param>
    public sealed record ReadOffers(bool EvenCooled) : KeeperMove;

    /// <summary>Rent one node from any of these, best first.</summary>
    /// <param name="Offers">Offers of one market.</param>
    public sealed record Launch(IReadOnlyList<Offer> Offers) : KeeperMove;

    /// <summary>Move what a node answers to one that is ready, if there is one, and end it.</summary>
    /// <param name="InstanceId">EC2's id of the instance.</param>
    public sealed record GiveBack(string InstanceId) : KeeperMove;
}
