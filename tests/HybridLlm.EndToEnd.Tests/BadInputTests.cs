using HybridLlm.Journals;
using HybridLlm.Specs;
using HybridLlm.Testing;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>What cannot be is refused with everything that is wrong, and nothing is changed by asking for it.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private TestWorld _world = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await TestWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _world.Writes.ShouldBe(0);
        await _world.DisposeAsync();
    }

    [Fact]
    public void A_spec_is_checked_as_a_whole()
    {
        var builder = new HybridClusterBuilder("Lab!")
            .WithModel("llama", contextTokens: 12, parallel: 0)
            .WithSpotGpus("Virginia", gpu => gpu with { MaxHourlyPrice = 0, VpcRange = "10.0.0.0/8" })
            .WithBudget(perDay: -1)
            .WithHomelab(home => home with { LanRange = "192.168.1/24", PodRange = "10.244.7.1/16" })
            .WithLife(life => life with { Lease = TimeSpan.FromSeconds(5) });

        var faults = Should.Throw<HybridClusterFaultsException>(() => builder.Build()).Faults;

        faults
            .Select(f => f.Code)
            .ShouldBe(
                ["HL101", "HL102", "HL103", "HL104", "HL105", "HL107", "HL107", "HL108", "HL111", "HL111", "HL112"],
                ignoreOrder: true
            );
        faults.ShouldAllBe(f => f.Remedy.Length > 0);
    }

    [Fact]
    public void Overlapping_ranges_are_named_pair_by_pair()
    {
        var builder = _world
            .Builder()
            .WithMesh("10.42.0.0/16")
            .WithHomelab(home => home with { LanRange = "10.200.7.0/24" });

        var faults = Should.Throw<HybridClusterFaultsException>(() => builder.Build()).Faults;

        faults
            .Select(f => f.Message)
            .ShouldBe([
                "Nebula mesh 10.42.0.0/16 collides with GPU cluster pods 10.42.0.0/16.",
                "home network 10.200.7.0/24 collides with VPC 10.200.0.0/16.",
            ]);
    }

    [Fact]
    public async Task An_unknown_region_and_an_unknown_model_are_named_together()
    {
        await using var cluster = _world.Cluster(b => b.WithSpotGpus("xx-north-1").WithModel("marvin:42b"));

        var faults = await TestWorld.FaultsAsync(cluster);

        faults.Select(f => f.Code).ShouldBe(["HL150", "HL120", "HL121"], ignoreOrder: true);
        faults.Single(f => f.Code == "HL120").Message.ShouldContain("us-east-1");
    }

    [Fact]
    public async Task A_model_too_big_for_every_offer_is_refused_with_the_arithmetic()
    {
        await using var cluster = _world.Cluster(b =>
            b.UseEmulatedWorld(_world.World, "llama3.3:70b")
                .WithModel("llama3.3:70b", contextTokens: 131072, parallel: 64)
        );

        var fault = (await TestWorld.FaultsAsync(cluster)).Single();

        fault.Code.ShouldBe("HL122");
        fault.Message.ShouldContain("MiB on one GPU");
        fault.Remedy.ShouldContain("smaller model");
    }

    [Fact]
    public async Task A_budget_below_one_hour_of_the_cheapest_offer_is_refused_with_the_least_that_would_do()
    {
        await using var cluster = _world.Cluster(b => b.WithBudget(perDay: 0.50m));

        var fault = (await TestWorld.FaultsAsync(cluster)).Single();

        fault.Code.ShouldBe("HL130");
        fault.Remedy.ShouldContain("USD a day");
    }

    [Fact]
    public async Task An_authority_whose_key_is_anothers_is_refused_and_left_as_it_is()
    {
        var secrets = Directory.CreateDirectory(Path.Combine(_world.StateFolder, "secrets")).FullName;
        await MakeAuthorityAsync(secrets, "nebula-ca");
        await MakeAuthorityAsync(secrets, "other");
        File.Move(Path.Combine(secrets, "other.key"), Path.Combine(secrets, "nebula-ca.key"), overwrite: true);
        var before = await File.ReadAllTextAsync(Path.Combine(secrets, "nebula-ca.key"), Token);
        await using var cluster = _world.Cluster();

        var fault = (await TestWorld.FaultsAsync(cluster)).Single();

        fault.Code.ShouldBe("HL140");
        fault.Message.ShouldContain("does not belong to the certificate");
        (await File.ReadAllTextAsync(Path.Combine(secrets, "nebula-ca.key"), Token)).ShouldBe(before);
        await Should.ThrowAsync<HybridClusterFaultsException>(() => cluster.UpAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task A_damaged_journal_stops_everything_and_is_left_as_it_is()
    {
        Directory.CreateDirectory(_world.StateFolder);
        var path = Path.Combine(_world.StateFolder, "journal.jsonl");
        await File.WriteAllTextAsync(path, "{\"kind\":\"cluster-created\"\nnonsense\n", Token);
        await using var cluster = _world.Cluster();

        var error = await Should.ThrowAsync<JournalCorruptException>(() => cluster.DownAsync(cancellationToken: Token));

        error.Faults.Count.ShouldBe(2);
        (await File.ReadAllTextAsync(path, Token)).ShouldContain("nonsense");
    }

    [Fact]
    public async Task Artifacts_that_are_not_what_the_catalogue_says_are_all_named()
    {
        using ScratchFolder folder = new();
        HybridLlm.Testing.Nodes.EmulatedArtifacts.Write(folder.Path, TestWorld.Model);
        folder.Write("k3s", "something else");
        File.Delete(folder["ollama-image.tar"]);
        await using var cluster = _world.Cluster(b => b.UseArtifacts(folder.Path));

        var fault = (await TestWorld.FaultsAsync(cluster)).Single();

        fault.Code.ShouldBe("HL153");
        fault.Message.ShouldContain("k3s has ");
        fault.Message.ShouldContain("ollama-image.tar is not in the folder");
    }

    private static async Task MakeAuthorityAsync(string folder, string name)
    {
        var key = Nebula.Keys.CaKeyPair.Generate();
        var now = DateTimeOffset.UtcNow;
        Nebula.Certificates.CaCertificateRequest request = new()
        {
            Name = name,
            NotBefore = now,
            NotAfter = now.AddDays(1),
            Networks = [new(System.Net.IPAddress.Parse("10.201.0.0"), 16)],
        };
        var authority = await Nebula.Certificates.CertificateAuthority.CreateAsync(request, key, Token);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.key"), key.ExportPem(), Token);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.crt"), authority.Certificate.ToPem(), Token);
    }
}
