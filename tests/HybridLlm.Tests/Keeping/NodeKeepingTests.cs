using HybridLlm.Applying;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Keeping;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.Journals;
using HybridLlm.Keeping;
using HybridLlm.Reaching;
using HybridLlm.Specs;
using HybridLlm.Waking;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Tests.Keeping;

/// <summary>What is heard of a node reaches the driver once, whoever tells it and how often.</summary>
public sealed class NodeKeepingTests : IAsyncLifetime
{
    private const string Wake = "gpu-1";
    private const string Instance = "i-1";

    private readonly ScratchFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly List<(string Wake, WakeEvent Event)> _told = [];
    private readonly AwsClients _aws = new();
    private StateFolder _state = null!;
    private Journal _journal = null!;

    public async ValueTask InitializeAsync()
    {
        _state = StateFolder.Open(_folder["state"]);
        _journal = await Journal.OpenAsync(_state.JournalPath, TestContext.Current.CancellationToken);
        _journal.Append(
            new ClusterCreated
            {
                At = _clock.GetUtcNow(),
                Cluster = "lab",
                OwnerId = Guid.NewGuid().ToString(),
            }
        );
    }

    public ValueTask DisposeAsync()
    {
        _state.Dispose();
        _aws.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void A_notice_from_all_three_sources_is_told_once_and_remembered_once()
    {
        var keeping = Keeping();
        Rent(keeping, isReady: true);
        foreach (var source in Enum.GetValues<InterruptionSource>())
        {
            keeping.Hear(Signal(InterruptionKind.Notice, source));
        }

        _told.ShouldBe([(Wake, WakeEvent.NoticeGiven)]);
        keeping.IsAnnounced(Instance).ShouldBeTrue();
        _journal.Memory.Node(Wake)!.IsInterrupted.ShouldBeTrue();
        _journal.Memory.Pools.CooledUntil("g6.xlarge", "use1-az1", _clock.GetUtcNow()).ShouldNotBeNull();
    }

    [Fact]
    public void A_node_that_is_taken_before_it_serves_is_told_too()
    {
        var keeping = Keeping();
        Rent(keeping, isReady: false);

        keeping.Hear(Signal(InterruptionKind.Notice, InterruptionSource.NodeAgent));

        _told.ShouldBe([(Wake, WakeEvent.NoticeGiven)]);
    }

    [Fact]
    public void An_end_is_told_once_after_a_notice_and_never_of_a_node_we_gave_back()
    {
        var keeping = Keeping();
        Rent(keeping, isReady: true);
        keeping.Hear(Signal(InterruptionKind.Notice, InterruptionSource.Reconcile));
        keeping.Hear(Signal(InterruptionKind.Ended, InterruptionSource.Queue));
        keeping.Hear(Signal(InterruptionKind.Ended, InterruptionSource.Reconcile));
        _told.ShouldBe([(Wake, WakeEvent.NoticeGiven), (Wake, WakeEvent.NodeLost)]);

        keeping.Forget(Instance);
        keeping.Hear(Signal(InterruptionKind.Ended, InterruptionSource.Queue));
        keeping.Hear(Signal(InterruptionKind.Notice, InterruptionSource.Queue) with { InstanceId = "i-foreign" });
        _told.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(0.1, false)]
    public void A_recommendation_starts_a_replacement_only_if_the_budget_bears_two(double perDay, bool replaces)
    {
        var keeping = Keeping((decimal)perDay);
        Rent(keeping, isReady: true);

        keeping.Hear(Signal(InterruptionKind.Rebalance, InterruptionSource.Queue));

        (string, WakeEvent)[] told = replaces ? [(Wake, WakeEvent.ReplacementAdvised)] : [];
        KeeperMove[] decided = replaces ? [new KeeperMove.ReadOffers(EvenCooled: false)] : [];
        _told.ShouldBe(told);
        _journal.Memory.Node(Wake)!.IsInterrupted.ShouldBeFalse("it may be nothing");
        keeping.Begin().ShouldBe(decided, "a wake carries out what was decided");
    }

    [Fact]
    public void A_node_that_boots_is_not_given_up_for_a_recommendation()
    {
        var keeping = Keeping();
        Rent(keeping, isReady: false);

        keeping.Hear(Signal(InterruptionKind.Rebalance, InterruptionSource.Queue));

        _told.ShouldBeEmpty();
        keeping.HasStaying.ShouldBeTrue();
    }

    private NodeKeeping Keeping(decimal perDay = 10m) =>
        new(
            new ClusterContext
            {
                Spec = Spec(perDay),
                Owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.NewGuid() },
                Aws = _aws,
                Identities = IdentityAuthorities.None,
                Dialer = new HostMeshDialer(),
                Clock = _clock,
                State = _state,
                Journal = _journal,
                Events = new ClusterEvents(_clock),
                Artifacts = new ArtifactOrigin(Folder: null),
            },
            (wake, happened) => _told.Add((wake, happened))
        );

    private void Rent(NodeKeeping keeping, bool isReady)
    {
        var now = _clock.GetUtcNow();
        _journal.Append(
            new NodeIntended
            {
                At = now,
                WakeId = Wake,
                Role = NodeRoles.Gpu,
                PlanId = "p",
                MeshAddress = "10.201.128.1",
                CertificateUntil = now.AddHours(12),
                HourlyReserve = 0.5m,
                LeaseUntil = now.AddMinutes(10),
            }
        );
        _journal.Append(
            new NodeLaunched
            {
                At = now,
                WakeId = Wake,
                InstanceId = Instance,
                InstanceType = "g6.xlarge",
                Zone = "us-east-1a",
                ZoneId = "use1-az1",
                LaunchedAt = now,
                HourlyCost = 0.4m,
            }
        );
        keeping.Begin().ShouldBe([new KeeperMove.ReadOffers(EvenCooled: false)]);
        keeping.Know(Wake, Instance);
        keeping.Take(new KeeperEvent.Launched(Instance, Offer(), []));
        if (isReady)
        {
            keeping.Take(new KeeperEvent.NodeReady(Instance));
        }
    }

    private InterruptionSignal Signal(InterruptionKind kind, InterruptionSource source) =>
        new()
        {
            InstanceId = Instance,
            Kind = kind,
            Source = source,
            At = _clock.GetUtcNow(),
        };

    private static Offer Offer() =>
        new()
        {
            InstanceType = new GpuInstanceType
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
            },
            Zone = new AvailabilityZone("use1-az1", "us-east-1a"),
            HourlyPrice = 0.3m,
            OnDemand = new OnDemandPrice(0.8m, IsKnown: true),
        };

    private static HybridClusterSpec Spec(decimal perDay) =>
        new()
        {
            Name = "lab",
            Model = new ModelSpec { Name = "llama3.1:8b" },
            Gpu = new GpuSpec { Region = "us-east-1" },
            Budget = new BudgetSpec { PerDay = perDay },
            Homelab = new HomelabSpec(),
            Mesh = new MeshSpec(),
            Life = new LifeSpec(),
        };
}
