using System.Collections.Immutable;
using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>
/// What was lived through with pools: how long instances were held there, how often EC2 took one, and until when a pool, or more than a pool, is
/// left alone. Immutable. A pool that refuses or interrupts is left alone for three minutes, doubling up to thirty when it does so again within half
/// an hour of being asked again; what else a refusal reaches follows from its code.
/// </summary>
public sealed class PoolHistory
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);

    /// <summary>A pool nothing is known of is taken to interrupt once a day: one interruption in the first 24 hours.</summary>
    private const double PriorHours = 24;

    /// <summary>What an interruption is worth, hours of the node's price: two nodes are paid while the second boots, and somebody waits.</summary>
    private const double HoursPerInterruption = 0.25;

    private readonly ImmutableDictionary<(string Type, string Zone, InstanceMarket Market), Pool> _pools;
    private readonly ImmutableList<MarketRest> _rests;

    private PoolHistory(
        ImmutableDictionary<(string Type, string Zone, InstanceMarket Market), Pool> pools,
        ImmutableList<MarketRest> rests
    )
    {
        _pools = pools;
        _rests = rests;
    }

    /// <summary>Nothing is known.</summary>
    public static PoolHistory Empty { get; } =
        new(ImmutableDictionary<(string, string, InstanceMarket), Pool>.Empty, []);

    /// <summary>EC2 took an instance, or announced that it does: counts it and cools the pool.</summary>
    /// <param name="instanceType">EC2's name of the type, e.g. <c>g6.xlarge</c>.</param>
    /// <param name="zoneId">Id of the zone, e.g. <c>use1-az1</c>.</param>
    /// <param name="held">How long the instance was held.</param>
    /// <param name="now">The time.</param>
    public PoolHistory Interrupted(string instanceType, string zoneId, TimeSpan held, DateTimeOffset now)
    {
        var pool = Find(instanceType, zoneId);
        return With(
            instanceType,
            zoneId,
            Cool(pool, now) with
            {
                Hours = pool.Hours + held.TotalHours,
                Interruptions = pool.Interruptions + 1,
            }
        );
    }

    /// <summary>A spot pool had no capacity: cools it.</summary>
    /// <param name="instanceType">EC2's name of the type.</param>
    /// <param name="zoneId">Id of the zone.</param>
    /// <param name="now">The time.</param>
    public PoolHistory Refused(string instanceType, string zoneId, DateTimeOffset now) =>
        With(instanceType, zoneId, Cool(Find(instanceType, zoneId), now));

    /// <summary>
    /// What a launch was told: pools without capacity are cooled, what a zone does not have is dropped for a day, a full subnet, a quota or a market
    /// that is closed rests as a whole.
    /// </summary>
    /// <param name="errors">Of <see cref="NoCapacityException.Errors"/>, or of <see cref="LaunchedNode.PoolErrors"/>.</param>
    /// <param name="market">How the node was to be bought.</param>
    /// <param name="now">The time.</param>
    public PoolHistory Refused(IReadOnlyList<PoolError> errors, InstanceMarket market, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return errors.Aggregate(this, (history, error) => history.Refused(error, market, now));
    }

    /// <summary>An instance was held in a pool and given back by us.</summary>
    /// <param name="instanceType">EC2's name of the type.</param>
    /// <param name="zoneId">Id of the zone.</param>
    /// <param name="held">How long.</param>
    public PoolHistory Held(string instanceType, string zoneId, TimeSpan held)
    {
        var pool = Find(instanceType, zoneId);
        return With(instanceType, zoneId, pool with { Hours = pool.Hours + held.TotalHours });
    }

    /// <summary>Until when a pool is left alone; null when it is not.</summary>
    /// <param name="instanceType">EC2's name of the type.</param>
    /// <param name="zoneId">Id of the zone.</param>
    /// <param name="now">The time.</param>
    public DateTimeOffset? CooledUntil(string instanceType, string zoneId, DateTimeOffset now) =>
        Find(instanceType, zoneId).CooledUntil is { } until && until > now ? until : null;

    /// <summary>
    /// The pools that are not cooled, in their order; all of them when there would be none, since a doubtful pool is better than no GPU.
    /// </summary>
    /// <param name="pools">The pools a launch would ask.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<NodePool> NotCooled(IReadOnlyList<NodePool> pools, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(pools);
        List<NodePool> warm = [.. pools.Where(p => CooledUntil(p.InstanceType, p.ZoneId, now) is null)];
        return warm.Count > 0 ? warm : pools;
    }

    /// <summary>What the planner judges pools by: the cooled ones are passed over, the others rank by price and interruptions.</summary>
    /// <param name="now">The time.</param>
    /// <param name="evenCooled">Whether the cooled ones are offered too.</param>
    public IReadOnlyList<PoolRecord> Records(DateTimeOffset now, bool evenCooled = false) =>
        [
            .. _pools.Select(p => new PoolRecord
            {
                InstanceType = p.Key.Type,
                ZoneId = p.Key.Zone,
                Market = p.Key.Market,
                CooledUntil = !evenCooled && p.Value.CooledUntil > now ? p.Value.CooledUntil : null,
                UnsupportedUntil = p.Value.UnsupportedUntil > now ? p.Value.UnsupportedUntil : null,
                PriceFactor = p.Value.PriceFactor,
            }),
        ];

    /// <summary>What is wider than a pool and left alone now.</summary>
    /// <param name="now">The time.</param>
    public IReadOnlyList<MarketRest> Rests(DateTimeOffset now) => [.. _rests.Where(r => r.Until > now)];

    /// <summary>The facts with everything that was lived through in them.</summary>
    /// <param name="facts">What EC2 offers; its time of reading is now.</param>
    /// <param name="evenCooled">Whether cooled pools are offered too; what EC2 does not have or a quota forbids is not.</param>
    public OfferingFacts AddTo(OfferingFacts facts, bool evenCooled = false)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts with { History = Records(facts.ReadAt, evenCooled), Rests = Rests(facts.ReadAt) };
    }

    private PoolHistory Refused(PoolError error, InstanceMarket market, DateTimeOffset now)
    {
        var rule = AwsErrorCodes.RuleOf(error.Code);
        return (rule.Scope, error) switch
        {
            (AwsErrorScope.Pool, { InstanceType: { } type, ZoneId: { } zone }) => rule.Rest is { } rest
                ? Drop(type, zone, InstanceMarket.Spot, now + rest)
                    .Drop(type, zone, InstanceMarket.OnDemand, now + rest)
                : With(type, zone, Cool(Find(type, zone, market), now), market),
            (AwsErrorScope.Subnet, { ZoneId: { } zone }) => Rest(
                new MarketRest
                {
                    Code = error.Code,
                    Until = now + rule.Rest!.Value,
                    ZoneId = zone,
                },
                now
            ),
            (AwsErrorScope.Family, _) => Rest(
                new MarketRest
                {
                    Code = error.Code,
                    Until = now + rule.Rest!.Value,
                    Market = market,
                    FamilyOf = error.InstanceType,
                    SparesSmaller = rule.SparesSmaller,
                },
                now
            ),
            (AwsErrorScope.SpotMarket, _) => Rest(
                new MarketRest
                {
                    Code = error.Code,
                    Until = now + rule.Rest!.Value,
                    Market = InstanceMarket.Spot,
                },
                now
            ),
            _ => this,
        };
    }

    private PoolHistory Drop(string instanceType, string zoneId, InstanceMarket market, DateTimeOffset until) =>
        With(instanceType, zoneId, Find(instanceType, zoneId, market) with { UnsupportedUntil = until }, market);

    /// <summary>The later of two rests of the same part; what has passed is forgotten.</summary>
    private PoolHistory Rest(MarketRest rest, DateTimeOffset now) =>
        new(
            _pools,
            _rests
                .RemoveAll(r => r.Until <= now || (r.Until <= rest.Until && r with { Until = rest.Until } == rest))
                .Add(rest)
        );

    private static Pool Cool(Pool pool, DateTimeOffset now)
    {
        var again = pool.CooledUntil is { } until && now < until + s_longest;
        var length =
            !again ? s_first
            : pool.CooledFor * 2 < s_longest ? pool.CooledFor * 2
            : s_longest;
        return pool with { CooledFor = length, CooledUntil = now + length };
    }

    private Pool Find(string instanceType, string zoneId, InstanceMarket market = InstanceMarket.Spot)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceType);
        ArgumentException.ThrowIfNullOrEmpty(zoneId);
        return _pools.GetValueOrDefault((instanceType, zoneId, market), Pool.New);
    }

    private PoolHistory With(
        string instanceType,
        string zoneId,
        Pool pool,
        InstanceMarket market = InstanceMarket.Spot
    ) => new(_pools.SetItem((instanceType, zoneId, market), pool), _rests);

    private sealed record Pool
    {
        public static readonly Pool New = new();

        public double Hours { get; init; }
        public int Interruptions { get; init; }
        public TimeSpan CooledFor { get; init; }
        public DateTimeOffset? CooledUntil { get; init; }
        public DateTimeOffset? UnsupportedUntil { get; init; }

        /// <summary>1 for a pool that interrupts no more than one nothing is known of.</summary>
        public decimal PriceFactor
        {
            get
            {
                var more = ((Interruptions + 1) / (Hours + PriorHours)) - (1 / PriorHours);
                return 1 + (decimal)Math.Max(0, more * HoursPerInterruption);
            }
        }
    }
}
