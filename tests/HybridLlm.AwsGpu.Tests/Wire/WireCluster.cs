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

    public static readonly byte[] Script = "#!/bin/sh\nexit 0\n"u8.ToArray();

    public WireCluster(WireEndpoint endpoint, IReadOnlyDictionary<string, string> answered, ResourceOwner owner)
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

    public static ResourceOwner NewOwner(string? cluster = null) =>
        new() { Cluster = cluster ?? $"wire-{Guid.NewGuid():n}"[..20], OwnerId = Guid.NewGuid() };

    public async Task<Network> BuildNetworkAsync()
    {
        NetworkProvisioner provisioner = new(Clients);
        return await provisioner.ApplyAsync(await provisioner.PlanAsync(NetworkSpec));
    }

    public async Task<ObjectStore> BuildBucketAsync()
    {
        BucketProvisioner provisioner = new(Clients);
        return await provisioner.ApplyAsync(await provisioner.PlanAsync(BucketSpec));
    }

    public async Task<LighthouseSpec> LighthouseSpecAsync(Network network, int attempt = 1) =>
        new()
        {
            Owner = Owner,
            PlanId = "plan-1",
            IntentId = "lighthouse",
            Attempt = attempt,
            Region = Region,
            SubnetId = network.Subnets[0].Id,
            SecurityGroupId = network.LighthouseSecurityGroupId,
            Image = await new AmiResolver(Clients).ResolveAsync(Region, AmiQuery.Lighthouse(CpuArchitecture.Arm64)),
        };

    public async Task<Lighthouse> BuildLighthouseAsync(Network network, int attempt = 1)
    {
        LighthouseProvisioner provisioner = new(Clients);
        var plan = await provisioner.PlanAsync(await LighthouseSpecAsync(network, attempt));
        return await provisioner.ApplyAsync(plan, Script);
    }

    public async Task<OfferPlan> ReadOffersAsync(Network network)
    {
        var facts = await new OfferingFactsReader(Clients).ReadAsync(Region);
        OfferRequest request = new()
        {
            GpuMemoryMiB = 12_000,
            ZoneIds = [.. network.Subnets.Select(s => s.ZoneId)],
            AnswerFor = ["g4dn.xlarge", "g5.xlarge", "p3.2xlarge"],
        };
        return OfferPlanner.Plan(request, facts);
    }

    /// <summary>An intent for two pools of one type, the cheapest that every backend has.</summary>
    public async Task<NodeIntent> NewIntentAsync(Network network, string id = "intent-1")
    {
        var now = Time.GetUtcNow();
        return new NodeIntent
        {
            Owner = Owner,
            PlanId = "plan-2",
            Id = id,
            Region = Region,
            Pools = [.. network.Subnets.Take(2).Select(s => new NodePool("g4dn.xlarge", s.Id, s.ZoneId))],
            MaxHourlyPrice = 0.526m,
            Image = await new AmiResolver(Clients).ResolveAsync(Region, AmiQuery.GpuNode(CpuArchitecture.X64)),
            SecurityGroupId = network.NodeSecurityGroupId,
            UserData = Script,
            LeaseUntil = now.AddMinutes(10),
            ExpiresAt = now.AddHours(8),
        };
    }

    public async Task<IReadOnlyList<InstanceStatus>> AliveAsync() =>
        [.. (await new ClusterInstances(Clients, Owner, Region).ListAsync()).Where(i => i.IsAlive)];

    public Task<TeardownReport> TearDownAsync(TeardownScope scope = TeardownScope.Everything) =>
        // Virtual minutes are short on a busy machine.
        new ClusterTeardown(Clients).RunAsync(Owner, scope, [Region], patience: TimeSpan.FromHours(1));

    public Task<OwnedInventory> ScanAsync() => new OwnedResourceScanner(Clients).ScanAsync(Owner, [Region]);

    public void Dispose() => Clients.Dispose();
}
