using System.Text.Json;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Specs;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>
/// The controlling process dies at a write of up, wake, sleep and down, before the write or after it. The next process has the state
/// folder as it was left. With <c>HYBRIDLLM_LONG=1</c> at every write, otherwise at every third and at those that rent or answer
/// a machine.
/// </summary>
public sealed class CrashTests
{
    private const double Speed = 300;

    /// <summary>Writes a life may do without: spot requests, volumes and interfaces that went by themselves before they were looked for.</summary>
    private const int VaryingWrites = 5;

    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What the next process is asked to do.</summary>
    private enum WayOn
    {
        Down,
        SleepThenDown,
        UpAndWakeThenDown,
        DownKeepingModelsThenDown,
    }

    [Fact]
    public Task A_crash_before_any_write_leaves_nothing_unowned_and_one_GPU_at_most() => DieAtWritesAsync(false);

    [Fact]
    public Task A_crash_after_any_write_leaves_nothing_unowned_and_one_GPU_at_most() => DieAtWritesAsync(true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_a_launch_that_falls_back_to_on_demand_leaves_one_GPU_at_most(bool afterEffect)
    {
        var writes = await UndisturbedAsync(fallsBack: true);
        var launches = Enumerable.Range(1, writes.Count).Where(w => writes[w - 1] == "CreateFleet").ToList();
        launches.Count.ShouldBe(2, "one on spot, one on demand");
        foreach (var launch in launches)
        {
            (await DieAsync(launch, afterEffect, WayOn.UpAndWakeThenDown, fallsBack: true)).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Without_its_state_folder_a_cluster_leaves_the_old_ones_things_alone_and_names_them()
    {
        await using var world = await WorldAsync();
        await using (var lost = world.Cluster())
        {
            await lost.UpAsync(cancellationToken: Token);
            await lost.WakeAsync(cancellationToken: Token);
        }

        var owner = OwnerOf(world.StateFolder);
        Directory.Delete(world.StateFolder, recursive: true);
        var before = world.World.Cloud.Snapshot().Count;
        await using var next = world.Cluster();
        var receipt = await next.DownAsync(cancellationToken: Token);

        (receipt.AskedFor.Count, world.World.Cloud.Snapshot().Count).ShouldBe((0, before));
        receipt.LeftAlone.ShouldNotBeEmpty();

        using AwsClients aws = new(
            new AwsClientsOptions
            {
                ServiceUrl = world.World.Cloud.Endpoint,
                AccessKey = new AwsAccessKey(world.World.Cloud.AccessKey, world.World.Cloud.SecretKey),
                Time = world.World.Clock,
            }
        );
        var report = await new ClusterTeardown(aws).RunAsync(
            new ResourceOwner { Cluster = "lab", OwnerId = owner },
            TeardownScope.Everything,
            await aws.ListRegionsAsync(Token),
            cancellationToken: Token
        );
        report.IsComplete.ShouldBeTrue();
        world.World.Cloud.Snapshot().ShouldBeEmpty();
    }

    private static async Task DieAtWritesAsync(bool afterEffect)
    {
        var writes = await UndisturbedAsync();
        var first = s_isLong ? 1 : Random.Shared.Next(1, 4);
        var step = s_isLong ? 1 : 3;
        var deaths = Enumerable
            .Range(1, writes.Count)
            .Where(w => w % step == first % step || IsTelling(writes[w - 1]))
            .Select(w =>
                (
                    Write: w,
                    Next: IsTelling(writes[w - 1])
                        ? WayOn.UpAndWakeThenDown
                        : (WayOn)((w / step + (afterEffect ? 1 : 0)) % 4)
                )
            )
            .ToList();
        Say(
            $"{writes.Count} writes; {deaths.Count} lives end at every {step}. of them from the {first}. on and at those that tell most."
        );

        List<string> failures = [];
        var survived = 0;
        await Parallel.ForEachAsync(
            deaths,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token },
            async (death, _) =>
            {
                try
                {
                    if (!await DieAsync(death.Write, afterEffect, death.Next))
                    {
                        Interlocked.Increment(ref survived);
                    }
                }
                catch (Exception e)
                {
                    lock (failures)
                    {
                        failures.Add($"write {death.Write} ({writes[death.Write - 1]}), then {death.Next}: {e}");
                    }
                }
            }
        );
        failures.ShouldBeEmpty();
        Say($"{survived} lives ended before the write that was to be fatal.");
        survived.ShouldBeLessThanOrEqualTo(VaryingWrites);
    }

    /// <summary>Whether the process died: a life may have fewer writes than another.</summary>
    private static async Task<bool> DieAsync(int write, bool afterEffect, WayOn next, bool fallsBack = false)
    {
        await using var world = await WorldAsync(fallsBack);
        await using var fatal = await ProcessWire.LayAsync(world.World.Cloud, write, afterEffect);
        await using (var process = Process(world, fatal, world.StateFolder, fallsBack))
        {
            using var power = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var life = LiveAsync(process, power.Token);
            await Task.WhenAny(life, fatal.Died);
            if (!fatal.Died.IsCompleted)
            {
                await life;
                world.World.Cloud.Snapshot().ShouldBeEmpty();
                return false;
            }

            // What its last moments do to its own folder does not count: the next process has a copy of this moment.
            Copy(world.StateFolder, LeftFolder(world));
            await power.CancelAsync();
            await life.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ShouldAllBeOwned(world);
        await using var wire = await ProcessWire.LayAsync(world.World.Cloud);
        await using var cluster = Process(world, wire, LeftFolder(world), fallsBack);
        if (next == WayOn.SleepThenDown)
        {
            await cluster.SleepAsync(cancellationToken: Token);
            ProcessWire.Gpus(world.World.Cloud).ShouldBe(0);
        }
        else if (next == WayOn.UpAndWakeThenDown)
        {
            await cluster.UpAsync(cancellationToken: Token);
            await cluster.WakeAsync(cancellationToken: Token);
            ProcessWire.Gpus(world.World.Cloud).ShouldBe(1);
        }
        else if (next == WayOn.DownKeepingModelsThenDown)
        {
            var kept = await cluster.DownAsync(new DownSpec { KeepModels = true }, cancellationToken: Token);
            kept.Left.ShouldBe(0, kept.ToString());
            world.World.Cloud.Snapshot().Count.ShouldBe(kept.Kept.Count, kept.ToString());
        }

        var receipt = await cluster.DownAsync(cancellationToken: Token);
        receipt.Left.ShouldBe(0, receipt.ToString());
        world.World.Cloud.Snapshot().ShouldBeEmpty();
        Math.Max(fatal.MostGpus, wire.MostGpus).ShouldBeLessThanOrEqualTo(1);
        return true;
    }

    /// <summary>
    /// All there is carries the owner's id from its first moment, except for the bucket, whose name does, and what comes and goes with
    /// the VPC: its main route table, its default security group and rules.
    /// </summary>
    private static void ShouldAllBeOwned(TestWorld world)
    {
        var there = world.World.Cloud.Snapshot();
        if (there.Count == 0)
        {
            return;
        }

        var owner = OwnerOf(LeftFolder(world)).ToString();
        var others = there.Where(r => r.Tags.GetValueOrDefault(ResourceTags.OwnerId) != owner).ToLookup(r => r.Type);
        others.Select(o => o.Key).ShouldBeSubsetOf(["bucket", "route-table", "security-group", "security-group-rule"]);
        var vpcs = there.Count(r => r.Type == "vpc");
        others["route-table"].Count().ShouldBe(vpcs);
        others["security-group"].Count().ShouldBe(vpcs);
        there.Count(r => r.Type == "bucket").ShouldBeLessThanOrEqualTo(1);
    }

    /// <summary>Writes that rent a machine or give it its identity; they are never left out.</summary>
    private static bool IsTelling(string write) =>
        write is "RunInstances" or "CreateFleet" || write.EndsWith("/reply", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> UndisturbedAsync(bool fallsBack = false)
    {
        await using var world = await WorldAsync(fallsBack);
        await using var wire = await ProcessWire.LayAsync(world.World.Cloud);
        await using var cluster = Process(world, wire, world.StateFolder, fallsBack);
        await LiveAsync(cluster, Token);
        wire.MostGpus.ShouldBe(1);
        (wire.Writes.Count + wire.NodeWrites).ShouldBe(world.Writes);
        wire.Writes.Count.ShouldBeGreaterThan(60);
        return wire.Writes;
    }

    private static async Task LiveAsync(HybridCluster cluster, CancellationToken power)
    {
        await cluster.UpAsync(cancellationToken: power);
        await cluster.WakeAsync(cancellationToken: power);
        await cluster.SleepAsync(cancellationToken: power);
        await cluster.DownAsync(cancellationToken: power);
    }

    private static async Task<TestWorld> WorldAsync(bool fallsBack = false)
    {
        var world = await TestWorld.StartAsync(o => o.Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), Speed));
        if (fallsBack)
        {
            world.World.Cloud.Capacity.SetDefault(Market.Spot, 0);
        }

        return world;
    }

    private static HybridCluster Process(
        TestWorld world,
        ProcessWire wire,
        string stateFolder,
        bool fallsBack = false
    ) =>
        world.Cluster(b =>
            (fallsBack ? b.WithSpotGpus("us-east-1", g => g with { OnDemand = OnDemandFallback.AtOnce }) : b)
                .UseStateFolder(stateFolder)
                .UseAws(aws =>
                {
                    aws.ServiceUrl = wire.Endpoint;
                    aws.AccessKey = new AwsAccessKey(world.World.Cloud.AccessKey, world.World.Cloud.SecretKey);
                })
        );

    private static string LeftFolder(TestWorld world) => world.StateFolder + "-left";

    /// <summary>Copies a state folder that is in use, but for its lock.</summary>
    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, file);
            if (name != "lock")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, name))!);
                using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var copy = File.Create(Path.Combine(to, name));
                source.CopyTo(copy);
            }
        }
    }

    private static Guid OwnerOf(string stateFolder)
    {
        using var created = JsonDocument.Parse(File.ReadLines(Path.Combine(stateFolder, "journal.jsonl")).First());
        return created.RootElement.GetProperty("ownerId").GetGuid();
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
