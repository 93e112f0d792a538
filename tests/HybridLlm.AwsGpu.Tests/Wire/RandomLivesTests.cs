using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>
/// Random lives: launches, reclaims, empty pools, throttling, lost answers, late visibility, crashes and teardowns in any order. At every
/// step: no more GPUs than allowed, one instance an intent at most, none that the journal does not know, no more money than was reserved.
/// </summary>
public sealed class RandomLivesTests : EmulatorTest
{
    private const int MaxGpus = 3;
    private const int Steps = 25;

    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1" ? 400 : 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_happens_the_limits_hold_and_nothing_is_lost(int seed)
    {
        Random random = new(seed);
        Journal journal = new(WireCluster.NewOwner("lab"));
        var process = await ClusterAsync(journal.Owner);
        try
        {
            var network = await process.BuildNetworkAsync();
            var sample = await process.NewIntentAsync(network);
            var zones = await ZoneNamesAsync(process, sample);
            for (var step = 0; step < Steps; step++)
            {
                var what = random.Next(10);
                try
                {
                    await DoAsync(what, random, process, journal, sample, zones);
                }
                catch (ProcessDiedException)
                {
                    process.Dispose();
                    process = await ClusterAsync(journal.Owner);
                    await RecoverAsync(process, journal);
                }

                Check(journal, $"seed {seed}, step {step}, action {what}");
            }
        }
        finally
        {
            process.Dispose();
        }

        Cloud.Faults.HideNewFor(TimeSpan.Zero);
        using var last = await ClusterAsync(journal.Owner);
        (await last.TearDownAsync()).IsComplete.ShouldBeTrue($"seed {seed}");
        OwnedBy(journal.Owner).ShouldBeEmpty($"seed {seed}");
        journal.Entries.ShouldNotBeEmpty();
    }

    private async Task DoAsync(
        int what,
        Random random,
        WireCluster process,
        Journal journal,
        NodeIntent sample,
        IReadOnlyList<string> zones
    )
    {
        switch (what)
        {
            case 0 or 1 or 2:
                MayDie(random, process);
                await LaunchNextAsync(process, journal, sample);
                break;
            case 3:
                foreach (var node in Alive().Where(_ => random.Next(2) == 0))
                {
                    await TakeAsync(node.InstanceId, withNotice: random.Next(2) == 0);
                }

                break;
            case 4:
                Cloud.Capacity.Set("g4dn.xlarge", zones[random.Next(zones.Count)], Market.Spot, random.Next(3));
                break;
            case 5:
                Cloud.Faults.FailNext("CreateFleet", "RequestLimitExceeded", 503, count: random.Next(1, 5));
                break;
            case 6:
                Cloud.Faults.FailNext("CreateFleet", "InternalError", 500, afterEffect: true);
                break;
            case 7:
                Cloud.Faults.HideNewFor(TimeSpan.FromSeconds(random.Next(30)), "instance");
                break;
            case 8:
                MayDie(random, process);
                await EndOneAsync(process, journal, random);
                break;
            default:
                MayDie(random, process);
                (await process.TearDownAsync(TeardownScope.Burst)).IsComplete.ShouldBeTrue();
                journal.Entries.ForEach(e => e.Open = false);
                break;
        }
    }

    private async Task LaunchNextAsync(WireCluster process, Journal journal, NodeIntent sample)
    {
        await RecoverAsync(process, journal);
        await SettleAsync(process, journal);
        if (journal.Entries.Count(e => e.Open) >= MaxGpus)
        {
            return;
        }

        // Before the call: a journal that knows of it is what makes a crash harmless.
        Entry entry = new(sample with { Id = $"intent-{journal.Entries.Count + 1}" }, Clock.GetUtcNow());
        journal.Entries.Add(entry);
        await LaunchAsync(process, entry);
    }

    private static async Task LaunchAsync(WireCluster process, Entry entry)
    {
        try
        {
            entry.InstanceId = (await new FleetLauncher(process.Clients).LaunchAsync(entry.Intent, Token)).InstanceId;
        }
        catch (Exception e) when (e is NoCapacityException or AttemptSpentException)
        {
            entry.Open = false;
        }
        catch (AwsCallException e) when (e.Kind is AwsErrorKind.Throttled or AwsErrorKind.OutcomeUnknown)
        {
            // It may have worked; the entry stays open and is asked for again.
        }
    }

    /// <summary>What a new process does first: it asks again for what was being launched.</summary>
    private static async Task RecoverAsync(WireCluster process, Journal journal)
    {
        foreach (var entry in journal.Entries.Where(e => e is { Open: true, InstanceId: null }))
        {
            await LaunchAsync(process, entry);
        }
    }

    /// <summary>Closes the entries whose instances EC2 says have ended; those it does not show yet stay open.</summary>
    private static async Task SettleAsync(WireCluster process, Journal journal)
    {
        var all = await new ClusterInstances(process.Clients, process.Owner, WireCluster.Region).ListAsync(Token);
        foreach (var ended in all.Where(i => !i.IsAlive))
        {
            journal.Entries.Where(e => e.InstanceId == ended.InstanceId).ToList().ForEach(e => e.Open = false);
        }
    }

    private static async Task EndOneAsync(WireCluster process, Journal journal, Random random)
    {
        var open = journal.Entries.Where(e => e is { Open: true, InstanceId: not null }).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var entry = open[random.Next(open.Count)];
        await new ClusterInstances(process.Clients, process.Owner, WireCluster.Region).TerminateAsync(
            [entry.InstanceId!],
            Token
        );
        entry.Open = false;
    }

    private async Task TakeAsync(string instanceId, bool withNotice)
    {
        try
        {
            await Cloud.InterruptAsync(instanceId, withNotice);
        }
        catch (ArgumentException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static void MayDie(Random random, WireCluster process) =>
        process.Wire.BreakWrites(
            random.Next(3) != 0 ? (_, _) => WireFault.None
            : random.Next(2) == 0 ? DieAt(random.Next(1, 7), WireFault.DiesBefore)
            : DieAt(random.Next(1, 7), WireFault.DiesAfter)
        );

    private static Func<string, int, WireFault> DieAt(int write, WireFault how) =>
        (_, n) => n == write ? how : WireFault.None;

    private void Check(Journal journal, string where)
    {
        var alive = Alive();
        alive.Count.ShouldBeLessThanOrEqualTo(MaxGpus, where);
        var intents = alive.Select(i => i.Tags[ResourceTags.Intent]).ToList();
        intents.ShouldBeUnique(where);
        intents.ShouldBeSubsetOf([.. journal.Entries.Where(e => e.Open).Select(e => e.Intent.Id)], where);
        var now = Clock.GetUtcNow();
        var reserved = journal.Entries.Sum(e =>
            e.Intent.MaxHourlyPrice * (decimal)(now - e.At + TimeSpan.FromMinutes(1)).TotalHours
        );
        Cloud
            .Bill()
            .Lines.Where(l => l.Item == BillItem.SpotInstance)
            .Sum(l => l.Usd)
            .ShouldBeLessThanOrEqualTo(reserved, where);
    }

    private List<EmulatedInstance> Alive() => [.. Cloud.Instances.Where(i => i.State is "pending" or "running")];

    private sealed class Entry(NodeIntent intent, DateTimeOffset at)
    {
        public NodeIntent Intent => intent;
        public DateTimeOffset At => at;
        public string? InstanceId { get; set; }
        public bool Open { get; set; } = true;
    }

    /// <summary>What outlives a process.</summary>
    private sealed class Journal(ResourceOwner owner)
    {
        public ResourceOwner Owner => owner;
        public List<Entry> Entries { get; } = [];
    }
}
