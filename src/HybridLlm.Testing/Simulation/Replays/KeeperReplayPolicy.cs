using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>
/// This project's own: <see cref="NodeKeeper"/> decides, <see cref="OfferPlanner"/> plans, <see cref="InterruptionHandler"/> hears the
/// notices. It learns of a pool's capacity only by asking for an instance, as from EC2.
/// </summary>
internal sealed class KeeperReplayPolicy : IReplayPolicy
{
    private const string Region = "replay";

    /// <summary>
    /// Stands in for the traces' p3.2xlarge, which EC2 no longer sells and the planner refuses; its figures but for the price decide nothing.
    /// </summary>
    private static readonly GpuInstanceType s_type = new()
    {
        Name = "g6.xlarge",
        Architecture = CpuArchitecture.X64,
        GpuManufacturer = "NVIDIA",
        GpuName = "L4",
        GpuCount = 1,
        GpuMemoryMiB = 22_888,
        VCpus = 4,
        MemoryMiB = 16_384,
        LocalNvmeGB = 250,
        SoldOnSpot = true,
    };

    private static readonly OfferRequest s_request = new() { GpuMemoryMiB = 16_384, MayBuyOnDemand = true };

    private readonly decimal _spotPrice;
    private readonly KeeperPolicy _policy;
    private readonly OnDemandPrices _onDemand = OnDemandPrices.Embedded.With(Region, s_type.Name, 1m);
    private readonly Dictionary<string, ReplayInstance> _instances = [];
    private KeeperState _state = KeeperState.Initial;
    private bool _begun;

    public KeeperReplayPolicy(KeeperPolicy policy, decimal spotPrice)
    {
        _policy = policy;
        _spotPrice = spotPrice;
    }

    public void TickBegan(ReplayMarket market)
    {
        // Ticks are the trace's own affair; only the first one tells something: that the replay has begun.
        if (!_begun)
        {
            _begun = true;
            Step(market, new KeeperEvent.TimePassed());
        }
    }

    public void Woke(ReplayMarket market) => Step(market, new KeeperEvent.TimePassed());

    public void BecameReady(ReplayMarket market, ReplayInstance instance) =>
        Step(market, new KeeperEvent.NodeReady(instance.Id));

    public void NoticeGiven(ReplayMarket market, ReplayInstance instance, DateTimeOffset endsAt) =>
        Signal(market, instance, InterruptionKind.Notice, endsAt);

    public void Taken(ReplayMarket market, ReplayInstance instance) =>
        Signal(market, instance, InterruptionKind.Ended, market.Now);

    private void Signal(ReplayMarket market, ReplayInstance instance, InterruptionKind kind, DateTimeOffset endsAt) =>
        Step(
            market,
            new KeeperEvent.Signalled(
                new InterruptionSignal
                {
                    InstanceId = instance.Id,
                    Kind = kind,
                    Source =
                        kind == InterruptionKind.Notice ? InterruptionSource.NodeAgent : InterruptionSource.Reconcile,
                    At = market.Now,
                    EndsAt = endsAt,
                },
                PrefetchAllowed: false
            )
        );

    private void Step(ReplayMarket market, KeeperEvent first)
    {
        Queue<KeeperEvent> events = new([first]);
        while (events.TryDequeue(out var happened))
        {
            var lookedAgain = _state.LookAgainAt;
            var (next, moves) = NodeKeeper.Next(_state, happened, market.Now, _policy);
            _state = next;
            foreach (var move in moves)
            {
                if (Do(market, move) is { } outcome)
                {
                    events.Enqueue(outcome);
                }
            }

            if (_state.LookAgainAt is { } at && at != lookedAgain)
            {
                market.WakeAt(at);
            }
        }
    }

    private KeeperEvent? Do(ReplayMarket market, KeeperMove move)
    {
        switch (move)
        {
            case KeeperMove.ReadOffers read:
                return new KeeperEvent.OffersRead(OfferPlanner.Plan(s_request, Facts(market, read.EvenCooled)));
            case KeeperMove.Launch launch:
                return Launch(market, launch.Offers);
            case KeeperMove.GiveBack back:
                market.GiveBack(_instances[back.InstanceId]);
                return null;
            default:
                throw new InvalidOperationException($"{move} is no known move.");
        }
    }

    /// <summary>A fleet of one: the first pool in the planner's order that has an instance; the ones before it are heard to refuse.</summary>
    private KeeperEvent Launch(ReplayMarket market, IReadOnlyList<Offer> offers)
    {
        List<PoolError> refused = [];
        foreach (var offer in offers)
        {
            var rented =
                offer.Market == InstanceMarket.OnDemand ? market.RentOnDemand() : market.RentSpot(offer.Zone.Id);
            if (rented is not null)
            {
                _instances[rented.Id] = rented;
                return new KeeperEvent.Launched(rented.Id, offer, refused);
            }

            refused.Add(
                new PoolError
                {
                    InstanceType = offer.InstanceType.Name,
                    ZoneId = offer.Zone.Id,
                    Code = "InsufficientInstanceCapacity",
                    Message = "",
                }
            );
        }

        return new KeeperEvent.LaunchRefused(offers[0].Market, refused);
    }

    private OfferingFacts Facts(ReplayMarket market, bool evenCooled) =>
        _state.Interruptions.Pools.AddTo(Facts(market), evenCooled);

    private OfferingFacts Facts(ReplayMarket market) =>
        new()
        {
            Region = Region,
            ReadAt = market.Now,
            InstanceTypes = [s_type],
            Pools = [.. market.Zones.Select(z => new SpotPool(s_type.Name, new AvailabilityZone(z, z), _spotPrice))],
            OnDemandPrices = _onDemand,
        };
}
