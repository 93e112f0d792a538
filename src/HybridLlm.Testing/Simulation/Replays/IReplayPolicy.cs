namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>
/// Decides what to rent in a replay. It is told what happens when it happens, and may rent and give back through the market; it never sees
/// what is to come.
/// </summary>
internal interface IReplayPolicy
{
    /// <summary>A tick of some zone begins; what it takes has been taken.</summary>
    void TickBegan(ReplayMarket market);

    /// <summary>EC2 announces that it takes an instance.</summary>
    void NoticeGiven(ReplayMarket market, ReplayInstance instance, DateTimeOffset endsAt);

    /// <summary>EC2 has taken an instance.</summary>
    void Taken(ReplayMarket market, ReplayInstance instance);

    /// <summary>An instance serves.</summary>
    void BecameReady(ReplayMarket market, ReplayInstance instance);

    /// <summary>The moment asked for by <see cref="ReplayMarket.WakeAt"/>.</summary>
    void Woke(ReplayMarket market);
}
