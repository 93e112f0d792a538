using System.Collections.Immutable;
using FsCheck.Xunit;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Tests.Keeping;

public sealed class NodeKeeperTests
{
    private static readonly KeeperPolicy s_policy = new()
    {
        Markets = new MarketPolicy { Fallback = OnDemandFallback.AtOnce, ReturnEvery = TimeSpan.FromMinutes(3) },
    };

    [Fact]
    public void A_notice_starts_the_replacement_at_once_in_another_pool_and_the_old_node_goes_when_it_is_ready()
    {
        KeptWorld world = new(s_policy);
        world.Begin();
        var first = world.Held.ShouldHaveSingleItem();
        world.Ready(first);

        world.Tell(first, InterruptionKind.Notice);

        world.Held.Count.ShouldBe(2);
        var second = world.Held[1];
        second.Offer.Zone.Id.ShouldNotBe(first.Offer.Zone.Id);
        world.Ready(second);
        world.Ids.ShouldBe([second.InstanceId]);
    }

    [Fact]
    public void A_node_taken_before_it_serves_is_given_back_and_replaced_within_the_limit()
    {
        KeptWorld world = new(s_policy);
        world.Begin();
        world.Ready(world.Held[0]);
        world.Tell(world.Held[0], InterruptionKind.Notice);

        world.Tell(world.Held[1], InterruptionKind.Notice);

        world.Held.Count.ShouldBe(2);
        world.MostAtOnce.ShouldBe(2);
    }

    [Fact]
    public void With_one_node_at_most_the_replacement_waits_for_the_end()
    {
        KeptWorld world = new(s_policy with { MaxNodes = 1 });
        world.Begin();
        var first = world.Held[0];
        world.Ready(first);
        world.Tell(first, InterruptionKind.Notice);
        world.Ids.ShouldBe([first.InstanceId]);

        world.Tell(first, InterruptionKind.Ended);

        world.Held.ShouldHaveSingleItem().InstanceId.ShouldNotBe(first.InstanceId);
        world.MostAtOnce.ShouldBe(1);
    }

    [Fact]
    public void Without_spot_on_demand_bridges_and_gives_way_when_a_spot_node_serves()
    {
        KeptWorld world = new(s_policy) { SpotZones = [] };
        world.Begin();
        var bridge = world.Held.ShouldHaveSingleItem();
        bridge.Offer.Market.ShouldBe(InstanceMarket.OnDemand);
        world.Ready(bridge);
        world.SpotZones = ["use1-az2"];

        world.Pass(TimeSpan.FromMinutes(3));

        var spot = world.Held[1];
        spot.Offer.Market.ShouldBe(InstanceMarket.Spot);
        world.Ids[0].ShouldBe(bridge.InstanceId);
        world.Ready(spot);
        world.Ids.ShouldBe([spot.InstanceId]);
    }

    [Fact]
    public void Without_fallback_spot_is_asked_for_every_minute_even_in_cooled_pools()
    {
        KeptWorld world = new(new KeeperPolicy()) { SpotZones = [] };
        world.Begin();
        for (var minute = 0; minute < 20; minute++)
        {
            world.Pass(TimeSpan.FromMinutes(1));
        }

        world.Held.ShouldBeEmpty();
        world.Launches.ShouldBeInRange(15, 25);
        world.SpotZones = ["use1-az3"];
        world.Pass(TimeSpan.FromMinutes(1));
        world.Held.ShouldHaveSingleItem();
    }

    [Property(Replay = "(5,11)", MaxTest = 300)]
    public void Whatever_happens_the_limit_holds_no_node_is_forgotten_and_one_is_up_or_asked_for(byte[] happens)
    {
        KeptWorld world = new(s_policy);
        world.Begin();
        foreach (var b in happens)
        {
            var node = world.Held.Count == 0 ? null : world.Held[b / 8 % world.Held.Count];
            switch (b % 8)
            {
                case 0 when node is not null:
                    world.Tell(node, InterruptionKind.Notice);
                    break;
                case 1 when node is not null:
                    world.Tell(node, InterruptionKind.Ended);
                    break;
                case 2 when node is not null:
                    world.Tell(node, InterruptionKind.Rebalance, prefetchAllowed: b > 127);
                    break;
                case 3 or 4 when node is not null:
                    world.Ready(node);
                    break;
                case 5:
                    world.SpotZones = [.. KeptWorld.Zones.Where((_, i) => (b >> 4 & (1 << i)) != 0)];
                    break;
                default:
                    world.Pass(TimeSpan.FromSeconds(b));
                    break;
            }

            world.MostAtOnce.ShouldBeLessThanOrEqualTo(s_policy.MaxNodes);
            world.State.Nodes.Select(n => n.InstanceId).ShouldBe(world.Rented, ignoreOrder: true);
            (world.State.Nodes.Any(n => !n.IsLeaving) || world.Held.Count == s_policy.MaxNodes).ShouldBeTrue();
        }
    }

    /// <summary>A market that does what the keeper says, at once.</summary>
    private sealed class KeptWorld(KeeperPolicy policy)
    {
        public static readonly IReadOnlyList<string> Zones = ["use1-az1", "use1-az2", "use1-az3"];

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

        private readonly HashSet<string> _rented = [];
        private DateTimeOffset _now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

        public KeeperState State { get; private set; } = KeeperState.Initial;
        public IReadOnlyList<string> SpotZones { get; set; } = Zones;
        public ImmutableList<KeptNode> Held => State.Nodes;
        public IReadOnlyList<string> Ids => [.. Held.Select(n => n.InstanceId)];
        public IReadOnlyCollection<string> Rented => _rented;
        public int MostAtOnce { get; private set; }
        public int Launches { get; private set; }

        public void Begin() => Step(new KeeperEvent.TimePassed());

        public void Ready(KeptNode node) => Step(new KeeperEvent.NodeReady(node.InstanceId));

        public void Tell(KeptNode node, InterruptionKind kind, bool prefetchAllowed = false)
        {
            if (kind == InterruptionKind.Ended)
            {
                _rented.Remove(node.InstanceId);
            }

            Step(
                new KeeperEvent.Signalled(
                    new InterruptionSignal
                    {
                        InstanceId = node.InstanceId,
                        Kind = kind,
                        Source = InterruptionSource.Queue,
                        At = _now,
                    },
                    prefetchAllowed
                )
            );
        }

        public void Pass(TimeSpan time)
        {
            _now += time;
            if (State.LookAgainAt <= _now)
            {
                Step(new KeeperEvent.TimePassed());
            }
        }

        private void Step(KeeperEvent first)
        {
            Queue<KeeperEvent> events = new([first]);
            while (events.TryDequeue(out var happened))
            {
                (State, var moves) = NodeKeeper.Next(State, happened, _now, policy);
                foreach (var outcome in moves.Select(Do).OfType<KeeperEvent>())
                {
                    events.Enqueue(outcome);
                }
            }
        }

        private KeeperEvent? Do(KeeperMove move)
        {
            switch (move)
            {
                case KeeperMove.ReadOffers read:
                    return new KeeperEvent.OffersRead(
                        OfferPlanner.Plan(
                            new OfferRequest { GpuMemoryMiB = 16_000, MayBuyOnDemand = true },
                            State.Interruptions.Pools.AddTo(
                                new OfferingFacts
                                {
                                    Region = "us-east-1",
                                    ReadAt = _now,
                                    InstanceTypes = [s_type],
                                    Pools =
                                    [
                                        .. Zones.Select(z => new SpotPool(
                                            s_type.Name,
                                            new AvailabilityZone(z, z),
                                            0.3m
                                        )),
                                    ],
                                    OnDemandPrices = OnDemandPrices.Embedded,
                                },
                                read.EvenCooled
                            )
                        )
                    );
                case KeeperMove.Launch launch:
                    Launches++;
                    List<PoolError> refused =
                    [
                        .. launch
                            .Offers.TakeWhile(o => o.Market == InstanceMarket.Spot && !SpotZones.Contains(o.Zone.Id))
                            .Select(o => new PoolError
                            {
                                InstanceType = o.InstanceType.Name,
                                ZoneId = o.Zone.Id,
                                Code = "InsufficientInstanceCapacity",
                                Message = "",
                            }),
                    ];
                    if (refused.Count == launch.Offers.Count)
                    {
                        return new KeeperEvent.LaunchRefused(launch.Offers[0].Market, refused);
                    }

                    var id = $"i-{Launches}";
                    _rented.Add(id);
                    MostAtOnce = Math.Max(MostAtOnce, _rented.Count);
                    return new KeeperEvent.Launched(id, launch.Offers[refused.Count], refused);
                case KeeperMove.GiveBack back:
                    _rented.Remove(back.InstanceId).ShouldBeTrue();
                    return null;
                default:
                    throw new InvalidOperationException($"{move} is no known move.");
            }
        }
    }
}
