using System.Globalization;
using System.Text.RegularExpressions;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;
using HybridLlm.Teardown;
using HybridLlm.Testing.Ec2;
using HybridLlm.Waking;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>A teardown that keeps the models: what stays is shown, is paid for, is counted, and is used by the next life.</summary>
public sealed partial class KeptModelsTests : IAsyncLifetime
{
    private static readonly DownSpec s_keep = new() { KeepModels = true };

    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync() => _test = await TestWorld.StartAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task What_is_kept_stands_in_the_receipt_with_its_price_is_counted_and_is_used_by_the_next_life()
    {
        await using var cluster = Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);
        var volume = Kept("volume").ShouldHaveSingleItem();

        var receipt = await cluster.DownAsync(s_keep, cancellationToken: Token);
        Golden.Match("receipt-kept.txt", Anonymous(receipt));
        receipt.Left.ShouldBe(0);
        receipt.Kept.Select(k => k.Kind).ShouldBe(["Volume", "Bucket"]);
        Cloud.Snapshot().Select(r => r.Type).ShouldBe(["bucket", "volume"], ignoreOrder: true);

        var status = await cluster.StatusAsync(Token);
        (status.Phase, status.Instances.Count).ShouldBe((WakePhase.Asleep, 0));
        status.FoundationLacks.ShouldNotBeNull();
        status.Models.Select(m => m.Id).ShouldBe(receipt.Kept.Select(k => k.Id));
        status.ModelsUsdPerMonth.ShouldBe(receipt.KeptUsdPerMonth);
        await Task.Delay(TimeSpan.FromMinutes(10), _test.World.Clock, Token);
        var later = await cluster.StatusAsync(Token);
        (later.Spent - status.Spent).ShouldBe(
            receipt.KeptUsdPerDay * (decimal)(later.At - status.At).TotalDays,
            tolerance: 0.000001m,
            "the volume costs on"
        );

        var (staged, fetched) = (ModelCalls("PutObject"), ModelCalls("GetObject"));
        await cluster.UpAsync(cancellationToken: Token);
        await cluster.WakeAsync(cancellationToken: Token);
        Kept("volume").ShouldBe([volume]);
        (ModelCalls("PutObject"), ModelCalls("GetObject")).ShouldBe((staged, fetched), "the model is there already");

        var last = await cluster.DownAsync(cancellationToken: Token);
        (last.Left, last.Kept.Count).ShouldBe((0, 0));
        last.SpentUsd.ShouldBeGreaterThanOrEqualTo(Cloud.Bill().TotalUsd);
        Cloud.Snapshot().ShouldBeEmpty();
        var spent = (await cluster.StatusAsync(Token)).Spent;
        await Task.Delay(TimeSpan.FromMinutes(10), _test.World.Clock, Token);
        (await cluster.StatusAsync(Token)).Spent.ShouldBe(spent, "nothing costs any more");
    }

    [Fact]
    public async Task Keeping_twice_writes_nothing_and_a_down_that_keeps_nothing_removes_it_in_another_process()
    {
        await using (var cluster = Cluster())
        {
            await cluster.UpAsync(cancellationToken: Token);
            await cluster.WakeAsync(cancellationToken: Token);
            await cluster.DownAsync(s_keep, cancellationToken: Token);
        }

        await using var next = Cluster();
        var (written, journal) = (_test.Writes, await JournalAsync());
        var again = await next.DownAsync(s_keep, cancellationToken: Token);
        (again.AskedFor.Count, again.Kept.Count, _test.Writes).ShouldBe((0, 2, written));
        (await JournalAsync()).ShouldBe(journal);

        (await next.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_model_the_next_plan_has_no_use_for_is_named_in_it_with_its_price()
    {
        await using (var cluster = Cluster())
        {
            await cluster.UpAsync(cancellationToken: Token);
            await cluster.WakeAsync(cancellationToken: Token);
            await cluster.DownAsync(s_keep, cancellationToken: Token);
        }

        await using var plain = _test.Cluster();
        var plan = await plain.UpAsync(cancellationToken: Token);
        var part = plan.Cost.Parts.Single(p => p.Name.StartsWith("models kept", StringComparison.Ordinal));
        part.Basis.ShouldBe($"Volume {Kept("volume").Single()}, 0.48 USD a month");
        plan.Cost.AsleepPerHour.ShouldBe(
            plan.Cost.Parts.Where(p => p.Layer == "foundation").Sum(p => p.PerHour),
            tolerance: 0.00001m
        );
        (await plain.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task Models_a_restored_journal_does_not_know_of_are_told_and_counted_again()
    {
        await using (var cluster = Cluster())
        {
            await cluster.UpAsync(cancellationToken: Token);
            await cluster.WakeAsync(cancellationToken: Token);
            await cluster.DownAsync(s_keep, cancellationToken: Token);
        }

        var known = await JournalAsync();
        var lines = known.Split('\n').Where(l => !l.Contains("models-kept", StringComparison.Ordinal));
        await File.WriteAllTextAsync(JournalPath, string.Join('\n', lines), Token);
        await using var next = Cluster();
        List<ClusterEvent> told = [];
        await next.SleepAsync(new Told(told), Token);

        told.ShouldContain(e =>
            e.Stage == ClusterStages.Garbage && e.Message.Contains(Kept("volume").Single(), StringComparison.Ordinal)
        );
        var status = await next.StatusAsync(Token);
        await Task.Delay(TimeSpan.FromMinutes(10), _test.World.Clock, Token);
        (await next.StatusAsync(Token)).Spent.ShouldBeGreaterThan(status.Spent);
        Kept("volume").Count.ShouldBe(1, "it is counted, not removed");
    }

    private HybridCluster Cluster() => _test.Cluster(b => b.WithModelCache(ModelCacheKind.VolumePerZone));

    private List<string> Kept(string type) =>
        [.. Cloud.Snapshot().Where(r => r.Type == type && r.Tags.ContainsKey(ResourceTags.Model)).Select(r => r.Id)];

    private int ModelCalls(string action) =>
        Cloud.Calls.Count(c =>
            c.Action == action && c.Target?.Contains("model-llama3.1", StringComparison.Ordinal) == true
        );

    private string JournalPath => Path.Combine(_test.StateFolder, "journal.jsonl");

    private Task<string> JournalAsync() => File.ReadAllTextAsync(JournalPath, Token);

    /// <summary>The receipt without what differs from run to run: ids, time, and what the GPU cost.</summary>
    private static string Anonymous(TeardownReceipt receipt)
    {
        var text = receipt.ToString();
        foreach (var line in receipt.Kept)
        {
            text = text.Replace(line.Id, $"<{line.Kind.ToLowerInvariant()}>", StringComparison.Ordinal);
        }

        text = text.Replace(
            receipt.ScannedAt.UtcDateTime.ToString("u", CultureInfo.InvariantCulture),
            "<time>",
            StringComparison.Ordinal
        );
        text = Counts().Replace(text, "<n> asked for, <n> gone");
        return Spent().Replace(text, "<amount> spent");
    }

    [GeneratedRegex(@"[0-9.]+ USD spent")]
    private static partial Regex Spent();

    [GeneratedRegex(@"(\d+) asked for, \1 gone")]
    private static partial Regex Counts();

    private sealed class Told(List<ClusterEvent> events) : IProgress<ClusterEvent>
    {
        public void Report(ClusterEvent value)
        {
            lock (events)
            {
                events.Add(value);
            }
        }
    }
}
