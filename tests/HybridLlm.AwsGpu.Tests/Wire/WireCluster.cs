using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>One cluster of its own on a backend, with everything a test of its life needs.</summary>
internal sealed class WireCluster : IDisposable
{
    public const string Region = "us-east-1";

    private WireCluster(WireEndpoint endpoint, IReadOnlyDictionary<string, string> answered, ResourceOwner owner)
    {
        Wire = new WireTransport(answered);
        Owner = owner;
        Time = endpoint.Time;
        Clients = new AwsClients(
            new AwsClientsOptions
            {
                ServiceUrl = endpoint.Url,
                AccessKey = endpoint.AccessKey,
                Time = endpoint.Time,
                WrapTransport = Wire.Wrap,
            }
        );
    }

    public ResourceOwner Owner { get; }
    public TimeProvider Time { get; }
    public WireTransport Wire { get; }
    public AwsClients Clients { get; }

    public NetworkSpec NetworkSpec =>
        new()
        {
            Owner = Owner,
            PlanId = "plan-1",
            Region = Region,
        };

    public BucketSpec BucketSpec =>
        new()
        {
            Owner = Owner,
            PlanId = "plan-1",
            Region = Region,
        };

    /// <summary>A cluster of a new owner, or another process of a given owner's.</summary>
    public static async Task<WireCluster> OnAsync(IWireBackend backend, ResourceOwner? owner = null) =>
        new(await backend.StartAsync(), backend.Answered, owner ?? NewOwner());

    public static ResourceOwner NewOwner(string? cluster = null) =>
        new() { Cluster = cluster ?? $"wire-{Guid.NewGuid():n}"[..20], OwnerId = Guid.NewGuid() };

    public async Task<Network> BuildNetworkAsync()
    {
        NetworkProvisioner provisioner = new(Clients);
        return await provisioner.ApplyAsync(await provisioner.PlanAsync(NetworkSpec));
    }

    public async Task<NodeIntent> NewIntentAsync(Network network, string id = "intent-1")
    {
        var facts = await new OfferingFactsReader(Clients).ReadAsync(Region);
        OfferRequest request = new() { GpuMemoryMiB = 12_000, ZoneIds = [.. network.Subnets.Select(s => s.ZoneId)] };
        var offers = OfferPlanner.Plan(request, facts);
        var now = Time.GetUtcNow();
        return new NodeIntent
        {
            Owner = Owner,
            PlanId = "plan-2",
            Id = id,
            Region = Region,
            Pools = NodePool.From(offers, network),
            MaxHourlyPrice = 1.5m,
            Image = await new AmiResolver(Clients).ResolveAsync(Region, AmiQuery.GpuNode(CpuArchitecture.X64)),
            SecurityGroupId = network.NodeSecurityGroupId,
            UserData = "#!/bin/sh\nexit 0\n"u8.ToArray(),
            LeaseUntil = now.AddMinutes(10),
            ExpiresAt = now.AddHours(8),
        };
    }

    public Task<TeardownReport> TearDownAsync(TeardownScope scope = TeardownScope.Everything) =>
        new ClusterTeardown(Clients).RunAsync(Owner, scope, [Region]);

    public Task<OwnedInventory> ScanAsync() => new OwnedResourceScanner(Clients).ScanAsync(Owner, [Region]);

    public void Dispose() => Clients.Dispose();
}
