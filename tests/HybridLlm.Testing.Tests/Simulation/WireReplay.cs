using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;
using HybridLlm.Testing.Simulation.Replays;

namespace HybridLlm.Testing.Tests.Simulation;

/// <summary>
/// Keeps a node up on an emulated account whose market follows traces, through the real SDK: offers are read, fleets are asked for, notices and ends
/// are heard by describing. The clock stands still while calls are made and jumps to the next instant at which anything can happen.
/// </summary>
internal sealed class WireReplay
{
    public const string InstanceType = "g6.xlarge";

    /// <summary>What spot costs everywhere, as a share of on-demand.</summary>
    public const decimal SpotShare = 0.33m;

    private static readonly TimeSpan s_warning = TimeSpan.FromMinutes(2);
    private readonly VirtualClock _clock;
    private readonly EmulatedCloud _cloud;
    private readonly AwsClients _clients;
    private readonly ResourceOwner _owner = new() { Cluster = "replay", OwnerId = Guid.NewGuid() };
    private readonly string _region;
    private readonly TimeSpan _coldStart;
    private readonly DateTimeOffset _start;
    private readonly PriorityQueue<string?, DateTimeOffset> _due = new();
    private readonly Dictionary<string, (DateTimeOffset At, InstanceMarket Market)> _launched = [];
    private readonly HashSet<string> _serving = [];
    private readonly HashSet<string> _zones = [];
    private readonly HashSet<string> _told = [];
    private KeeperState _state = KeeperState.Initial;
    private Network _network = null!;
    private NodeIntent _intent = null!;
    private DateTimeOffset _readySince;
    private int _asked;

    private WireReplay(VirtualClock clock, EmulatedCloud cloud, AwsClients clients, string region, TimeSpan coldStart)
    {
        (_clock, _cloud, _clients, _region, _coldStart) = (clock, cloud, clients, region, coldStart);
        _start = clock.GetUtcNow();
    }

    private DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Time in which a node served.</summary>
    public TimeSpan Ready { get; private set; }

    public int Launches { get; private set; }

    public int MostAtOnce { get; private set; }

    /// <summary>Instance hours, spot at its share of on-demand, over the hours replayed.</summary>
    public double CostRatio { get; private set; }

    public static async Task<WireReplay> RunAsync(
        IReadOnlyList<SpotTrace> traces,
        string region,
        TimeSpan coldStart,
        string dataFolder,
        CancellationToken cancellationToken
    )
    {
        using VirtualClock clock = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var cloud = await EmulatedCloud.StartAsync(
            new EmulatedCloudOptions
            {
                Time = clock,
                BootTime = TimeSpan.Zero,
                DataFolder = dataFolder,
            },
            cancellationToken
        );
        using AwsClients clients = new(
            new AwsClientsOptions
            {
                ServiceUrl = cloud.Endpoint,
                AccessKey = new AwsAccessKey(cloud.AccessKey, cloud.SecretKey),
                Time = clock,
            }
        );
        WireReplay replay = new(clock, cloud, clients, region, coldStart);
        await replay.RunAsync(traces, cancellationToken);
        return replay;
    }

    private async Task RunAsync(IReadOnlyList<SpotTrace> traces, CancellationToken cancellationToken)
    {
        NetworkProvisioner networks = new(_clients);
        NetworkSpec spec = new()
        {
            Owner = _owner,
            PlanId = "replay",
            Region = _region,
        };
        _network = await networks.ApplyAsync(
            await networks.PlanAsync(spec, cancellationToken),
            null,
            cancellationToken
        );
        _intent = new NodeIntent
        {
            Owner = _owner,
            PlanId = "replay",
            Id = "node",
            Region = _region,
            Pools = [],
            MaxHourlyPrice = 1,
            Image = await new AmiResolver(_clients).ResolveAsync(
                _region,
                AmiQuery.GpuNode(CpuArchitecture.X64),
                cancellationToken
            ),
            SecurityGroupId = _network.NodeSecurityGroupId,
            UserData = "#!/bin/sh\n"u8.ToArray(),
            LeaseUntil = DateTimeOffset.MaxValue.AddYears(-1),
            ExpiresAt = DateTimeOffset.MaxValue.AddYears(-1),
        };
        var onDemand = _cloud.Prices.OnDemand(InstanceType, _region);
        foreach (var trace in traces)
        {
            _zones.Add(trace.Zone);
            _cloud.Prices.SetSpot(InstanceType, trace.Zone, SpotShare * onDemand);
        }

        using var market = TracedSpotMarket.Play(_cloud, traces, InstanceType);
        var end = _start + traces.Min(t => t.Length);
        foreach (var trace in traces)
        {
            // Whatever a trace does, it does at the beginning of a tick that differs from the one before, or a notice earlier.
            foreach (var tick in Enumerable.Range(1, trace.Instances.Count - 1))
            {
                if (trace.Instances[tick] != trace.Instances[tick - 1])
                {
                    _due.Enqueue(null, _start + (trace.Tick * tick) - s_warning);
                    _due.Enqueue(null, _start + (trace.Tick * tick));
                }
            }
        }

        await StepAsync(new KeeperEvent.TimePassed(), cancellationToken);
        while (_due.TryDequeue(out var ready, out var at) && at < end)
        {
            _clock.Advance(at > Now ? at - Now : TimeSpan.Zero);
            await HearAsync(cancellationToken);
            if (ready is not null && _launched.ContainsKey(ready))
            {
                Serves(ready);
                await StepAsync(new KeeperEvent.NodeReady(ready), cancellationToken);
            }

            if (_state.LookAgainAt <= Now)
            {
                await StepAsync(new KeeperEvent.TimePassed(), cancellationToken);
            }
        }

        _clock.Advance(end - Now);
        foreach (var left in _launched.Keys.ToList())
        {
            Gone(left);
        }

        CostRatio /= (end - _start).TotalHours;
    }

    /// <summary>Asks EC2 what is marked and what has ended, as the controller does.</summary>
    private async Task HearAsync(CancellationToken cancellationToken)
    {
        var instances = await new ClusterInstances(_clients, _owner, _region).ListAsync(cancellationToken);
        foreach (var gone in instances.Where(i => !i.IsAlive && _launched.ContainsKey(i.InstanceId)))
        {
            Gone(gone.InstanceId);
            await SignalAsync(gone.InstanceId, InterruptionKind.Ended, cancellationToken);
        }

        foreach (var notice in await new SpotNotices(_clients, _owner, _region).ReadAsync(cancellationToken))
        {
            if (_launched.ContainsKey(notice.InstanceId) && _told.Add(notice.InstanceId))
            {
                await SignalAsync(notice.InstanceId, InterruptionKind.Notice, cancellationToken);
            }
        }
    }

    private Task SignalAsync(string instanceId, InterruptionKind kind, CancellationToken cancellationToken) =>
        StepAsync(
            new KeeperEvent.Signalled(
                new InterruptionSignal
                {
                    InstanceId = instanceId,
                    Kind = kind,
                    Source = InterruptionSource.Reconcile,
                    At = Now,
                },
                PrefetchAllowed: false
            ),
            cancellationToken
        );

    private async Task StepAsync(KeeperEvent first, CancellationToken cancellationToken)
    {
        Queue<KeeperEvent> events = new([first]);
        while (events.TryDequeue(out var happened))
        {
            (_state, var moves) = NodeKeeper.Next(_state, happened, Now, TraceReplay.Keeper);
            foreach (var move in moves)
            {
                if (await DoAsync(move, cancellationToken) is { } outcome)
                {
                    events.Enqueue(outcome);
                }
            }

            if (_state.LookAgainAt is { } at)
            {
                _due.Enqueue(null, at);
            }
        }
    }

    private async Task<KeeperEvent?> DoAsync(KeeperMove move, CancellationToken cancellationToken)
    {
        switch (move)
        {
            case KeeperMove.ReadOffers read:
                var facts = await new OfferingFactsReader(_clients).ReadAsync(_region, cancellationToken);
                OfferRequest request = new() { GpuMemoryMiB = 16_384, MayBuyOnDemand = true };
                var one = facts with
                {
                    InstanceTypes = [.. facts.InstanceTypes.Where(t => t.Name == InstanceType)],
                    // A zone without a trace has capacity for ever.
                    Pools = [.. facts.Pools.Where(p => p.InstanceType == InstanceType && _zones.Contains(p.Zone.Name))],
                };
                return new KeeperEvent.OffersRead(
                    OfferPlanner.Plan(request, _state.Interruptions.Pools.AddTo(one, read.EvenCooled))
                );
            case KeeperMove.Launch launch:
                return await LaunchAsync(launch.Offers, cancellationToken);
            case KeeperMove.GiveBack back:
                Gone(back.InstanceId);
                await new ClusterInstances(_clients, _owner, _region).TerminateAsync(
                    [back.InstanceId],
                    cancellationToken
                );
                return null;
            default:
                throw new InvalidOperationException($"{move} is no known move.");
        }
    }

    /// <summary>One pool after the other in the planner's order, as the replay in process takes them; left to itself EC2 chooses among a fleet's pools.</summary>
    private async Task<KeeperEvent> LaunchAsync(IReadOnlyList<Offer> offers, CancellationToken cancellationToken)
    {
        List<PoolError> refused = [];
        foreach (var offer in offers)
        {
            try
            {
                var node = await new FleetLauncher(_clients).LaunchAsync(
                    _intent with
                    {
                        Id = $"node-{++_asked}",
                        Pools = NodePool.From([offer], _network),
                        Market = offer.Market,
                        MaxHourlyPrice = offer.HourlyPrice,
                    },
                    cancellationToken
                );
                Launches++;
                _launched[node.InstanceId] = (Now, offer.Market);
                MostAtOnce = Math.Max(MostAtOnce, _launched.Count);
                _due.Enqueue(node.InstanceId, Now + _coldStart);
                return new KeeperEvent.Launched(node.InstanceId, offer, refused);
            }
            catch (NoCapacityException none)
            {
                refused.AddRange(none.Errors);
            }
        }

        return new KeeperEvent.LaunchRefused(offers[0].Market, refused);
    }

    private void Serves(string instanceId)
    {
        if (_serving.Add(instanceId) && _serving.Count == 1)
        {
            _readySince = Now;
        }
    }

    private void Gone(string instanceId)
    {
        if (_launched.Remove(instanceId, out var held))
        {
            CostRatio += (Now - held.At).TotalHours * (held.Market == InstanceMarket.Spot ? (double)SpotShare : 1);
        }

        if (_serving.Remove(instanceId) && _serving.Count == 0)
        {
            Ready += Now - _readySince;
        }
    }
}
