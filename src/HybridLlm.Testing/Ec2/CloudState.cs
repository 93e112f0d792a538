using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Imds;
using HybridLlm.Testing.S3;
using HybridLlm.Testing.Sqs;

namespace HybridLlm.Testing.Ec2;

/// <summary>The whole emulated account. One lock guards it all; nothing slow happens under it.</summary>
internal sealed class CloudState
{
    private readonly Dictionary<string, RegionState> _regions;

    public CloudState(EmulatedCloudOptions options)
    {
        Options = options;
        Ids = new ResourceIds(options.Seed);
        Offers = options.DataFolder is { } folder
            ? new MarketRecordFolder(Path.Combine(folder, "prices")).Read()
            : MarketRecord.Embedded;
        SpotMarket = new SpotMarket(Offers, options.Time.GetUtcNow());
        Agenda = new Agenda(this);
        Capacity = new EmulatedCapacity(this);
        Prices = new EmulatedPrices(this);
        Quotas = new EmulatedQuotas(this);
        Faults = new EmulatedFaults(this);
        Buckets = new BucketStore(this);
        Queues = new QueueStore(this);
        _regions = Offers.Zones.Regions.ToDictionary(r => r, r => new RegionState(this, r), StringComparer.Ordinal);
    }

    public Lock Gate { get; } = new();

    public EmulatedCloudOptions Options { get; }

    public TimeProvider Time => Options.Time;

    public DateTimeOffset Now => Options.Time.GetUtcNow();

    /// <summary>Where the emulator listens; set once, before the first call.</summary>
    public Uri Endpoint { get; set; } = null!;

    public ResourceIds Ids { get; }

    public Agenda Agenda { get; }

    /// <summary>What is sold, where and for how much.</summary>
    public MarketRecord Offers { get; }

    public SpotMarket SpotMarket { get; }

    public EmulatedCapacity Capacity { get; }

    public EmulatedPrices Prices { get; }

    public EmulatedQuotas Quotas { get; }

    public EmulatedFaults Faults { get; }

    public Meter Meter { get; } = new();

    public PublicAddresses PublicAddresses { get; } = new();

    public BucketStore Buckets { get; }

    public QueueStore Queues { get; }

    public IdentityAuthority Identity { get; } = IdentityAuthority.Shared;

    public List<EmulatedCall> CallLog { get; } = [];

    public IEnumerable<RegionState> Regions => _regions.Values;

    public RegionState Region(string name) =>
        _regions.GetValueOrDefault(name) ?? throw ServiceError.Gap($"the region '{name}'");

    /// <summary>Lets time do what needs no timer: records are forgotten, objects expire.</summary>
    public void Settle()
    {
        var now = Now;
        foreach (var region in _regions.Values)
        {
            region.Forget(now);
        }

        Buckets.Expire(now);
    }
}
