using System.Text.Json;
using HybridLlm.Journals;
using HybridLlm.Testing.Ec2;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>A controller's state is lost while its GPU runs; another takes over what the tags say.</summary>
public sealed class AdoptionTests : IAsyncLifetime
{
    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync() => _test = await TestWorld.StartAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task What_carries_the_owner_id_is_used_on_its_GPU_is_ended_and_nothing_is_rented_twice()
    {
        var owner = await LoseAsync();
        var vpc = Cloud.Snapshot().Single(r => r.Type == "vpc").Id;
        await using var wire = await ProcessWire.LayAsync(Cloud);
        await using var next = _test.Cluster(b =>
            b.UseStateFolder(_test.StateFolder + "-new")
                .UseAws(aws =>
                {
                    aws.ServiceUrl = wire.Endpoint;
                    aws.AccessKey = new AwsGpu.AwsAccessKey(Cloud.AccessKey, Cloud.SecretKey);
                })
        );
        await next.PlanAsync(Token);

        (await next.FindOwnersAsync(Token)).ShouldHaveSingleItem().OwnerId.ShouldBe(owner);
        await next.AdoptAsync(owner, cancellationToken: Token);
        ProcessWire.Gpus(Cloud).ShouldBe(0);
        (await next.StatusAsync(Token)).Spent.ShouldBeGreaterThan(0, "what the lost GPU cost counts");
        await next.UpAsync(cancellationToken: Token);
        (await next.ChatClient.GetResponseAsync("Still there?", cancellationToken: Token)).Text.ShouldNotBeEmpty();

        Cloud.Snapshot().Single(r => r.Type == "vpc").Id.ShouldBe(vpc);
        wire.MostGpus.ShouldBeLessThanOrEqualTo(1);
        (await next.StatusAsync(Token)).Drift.ShouldBeEmpty();
        (await next.DownAsync(cancellationToken: Token)).Left.ShouldBe(0);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_state_folder_of_another_owner_adopts_nothing()
    {
        await using var cluster = _test.Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var before = Cloud.Snapshot().Count;

        var error = await Should.ThrowAsync<OwnedElsewhereException>(() =>
            cluster.AdoptAsync(Guid.NewGuid(), cancellationToken: Token)
        );

        error.Remedy.ShouldContain("UseStateFolder");
        Cloud.Snapshot().Count.ShouldBe(before);
    }

    private async Task<Guid> LoseAsync()
    {
        await using (var lost = _test.Cluster())
        {
            await lost.UpAsync(cancellationToken: Token);
            await lost.WakeAsync(cancellationToken: Token);
        }

        using var created = JsonDocument.Parse(
            File.ReadLines(Path.Combine(_test.StateFolder, "journal.jsonl")).First()
        );
        Directory.Delete(_test.StateFolder, recursive: true);
        return created.RootElement.GetProperty("ownerId").GetGuid();
    }
}
