using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Journals;

namespace HybridLlm.Tests.Journals;

public sealed class JournalTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();

    private string FilePath => _folder["journal.jsonl"];

    [Fact]
    public async Task What_was_written_is_remembered_by_the_next_process()
    {
        var first = await OpenAsync();
        first.Append(Created());
        first.Append(Intended("w1"));

        var second = (await OpenAsync()).Memory;
        second.OwnerId.ShouldBe("f3b1");
        second.LiveNodes.Single().WakeId.ShouldBe("w1");
        second.LiveNodes.Single().ShouldBe(first.Memory.LiveNodes.Single());
    }

    [Fact]
    public async Task A_line_a_crash_cut_short_is_dropped_and_the_journal_goes_on()
    {
        var journal = await OpenAsync();
        journal.Append(Created());
        await File.AppendAllTextAsync(FilePath, "{\"kind\":\"node-inten", TestContext.Current.CancellationToken);

        (await OpenAsync()).Append(Intended("w1"));

        (await OpenAsync()).Memory.LiveNodes.Single().WakeId.ShouldBe("w1");
    }

    [Fact]
    public async Task Damage_is_reported_line_by_line_and_nothing_is_touched()
    {
        var journal = await OpenAsync();
        journal.Append(Created());
        journal.Append(Intended("w1"));
        journal.Append(Intended("w2"));
        var lines = await File.ReadAllLinesAsync(FilePath, TestContext.Current.CancellationToken);
        lines[1] = lines[1][..20];
        lines[2] = "{\"kind\":\"sabotage\"}";
        var damaged = string.Join('\n', lines) + "\n";
        await File.WriteAllTextAsync(FilePath, damaged, TestContext.Current.CancellationToken);

        var error = await Should.ThrowAsync<JournalCorruptException>(OpenAsync);

        error.Faults.ShouldBe(["line 2 is no entry", "line 3 is no entry"]);
        error.Remedy.ShouldContain("backup");
        (await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken)).ShouldBe(damaged);
    }

    [Fact]
    public async Task A_journal_that_does_not_begin_with_its_owner_is_damaged()
    {
        (await OpenAsync()).Append(Intended("w1"));

        (await Should.ThrowAsync<JournalCorruptException>(OpenAsync)).Faults.Single().ShouldContain("line 1");
    }

    [Fact]
    public async Task Every_kind_of_entry_reads_back_as_written()
    {
        JournalEntry[] entries =
        [
            Created(),
            new FoundationIntended
            {
                At = s_now,
                Region = "us-east-1",
                PlanId = "p",
                HourlyCost = 0.0135m,
            },
            Intended("w1") with
            {
                ProviderId = "lab-gpu-1-abcdefgh",
            },
            new LaunchRefused { At = s_now, WakeId = "w1" },
            new PoolsRefused
            {
                At = s_now,
                Market = InstanceMarket.Spot,
                Pools = [new PoolRefusal("g5.xlarge", "use1-az1", "InsufficientInstanceCapacity")],
            },
            new LaunchAttempted
            {
                At = s_now,
                WakeId = "w1",
                Attempt = 2,
                Market = InstanceMarket.OnDemand,
                HourlyReserve = 0.9m,
                LeaseUntil = s_now.AddMinutes(10),
                CertificateUntil = s_now.AddHours(12),
            },
            new NodeLaunched
            {
                At = s_now,
                WakeId = "w1",
                InstanceId = "i-1",
                InstanceType = "g6.xlarge",
                Zone = "us-east-1a",
                ZoneId = "use1-az6",
                Market = InstanceMarket.OnDemand,
                InstancePrice = 0.38m,
                LaunchedAt = s_now,
                HourlyCost = 0.4m,
            },
            new NodeAnswered
            {
                At = s_now,
                WakeId = "w1",
                RequestSha256 = "ab",
                CertificateFingerprint = "cd",
            },
            new NodeReady { At = s_now, WakeId = "w1" },
            new LeaseExtended
            {
                At = s_now,
                WakeId = "w1",
                Until = s_now.AddMinutes(20),
            },
            new NodeEnded
            {
                At = s_now,
                WakeId = "w1",
                Reason = "idle",
            },
            new NodeInterrupted { At = s_now, WakeId = "w1" },
            new PeerRemoved { At = s_now, WakeId = "w1" },
            new WakesSeen
            {
                At = s_now,
                Role = NodeRoles.Gpu,
                Number = 7,
            },
            new BudgetWarned
            {
                At = s_now,
                Window = "day",
                From = s_now.AddHours(-12),
            },
            new FoundationRemoved { At = s_now },
            new ModelsKept
            {
                At = s_now,
                Region = "us-east-1",
                HourlyCost = 0.0006m,
            },
        ];
        var journal = await OpenAsync();
        foreach (var entry in entries)
        {
            journal.Append(entry);
        }

        var read = (await OpenAsync()).Memory;
        read.Nodes.Single().ShouldBe(journal.Memory.Nodes.Single());
        read.Nodes.Single().LeaseUntil.ShouldBe(s_now.AddMinutes(20));
        read.Foundations.Single().ShouldBe(journal.Memory.Foundations.Single());
        read.StandingModels.Single().ShouldBe(new FoundationSpan("us-east-1", s_now, null, 0.0006m));
        read.LiveNodes.ShouldBeEmpty();
        read.Pools.CooledUntil("g5.xlarge", "use1-az1", s_now).ShouldBe(s_now.AddMinutes(3));
        read.NextWakeId(NodeRoles.Gpu).ShouldBe("gpu-8");
        read.Warned["day"].ShouldBe(s_now.AddHours(-12));
        (read.Nodes.Single().ProviderId, read.Nodes.Single().MayBePeered).ShouldBe(("lab-gpu-1-abcdefgh", false));
        typeof(JournalEntry)
            .Assembly.GetTypes()
            .Count(t => t.IsSubclassOf(typeof(JournalEntry)))
            .ShouldBe(entries.Length);
    }

    [Fact]
    public void A_second_controller_is_refused()
    {
        using var first = StateFolder.Open(_folder["state"]);

        Should.Throw<ClusterInUseException>(() => StateFolder.Open(_folder["state"])).Remedy.ShouldContain("gateway");
    }

    [Fact]
    public void Secrets_are_readable_by_their_owner_only()
    {
        using var state = StateFolder.Open(_folder["state"]);
        state.WriteSecret("nebula-ca.key", "key");

        File.GetUnixFileMode(_folder["state", "secrets", "nebula-ca.key"])
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(_folder["state", "secrets"])
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        state.ReadSecretText("nebula-ca.key").ShouldBe("key");
        state.ReadSecret("none").ShouldBeNull();
        Should.Throw<ArgumentException>(() => state.ReadSecret("../journal.jsonl"));
    }

    public void Dispose() => _folder.Dispose();

    private Task<Journal> OpenAsync() => Journal.OpenAsync(FilePath, TestContext.Current.CancellationToken);

    private static ClusterCreated Created() =>
        new()
        {
            At = s_now,
            Cluster = "lab",
            OwnerId = "f3b1",
        };

    private static NodeIntended Intended(string wakeId) =>
        new()
        {
            At = s_now,
            WakeId = wakeId,
            Role = NodeRoles.Gpu,
            PlanId = "p",
            MeshAddress = "10.201.3.1",
            CertificateUntil = s_now.AddHours(12),
            HourlyReserve = 0.5m,
            LeaseUntil = s_now.AddMinutes(10),
        };
}
