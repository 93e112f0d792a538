using System.Net;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>The bucket, its mailbox and its artifacts.</summary>
public abstract class StorageSuite(IWireBackend backend) : WireSuite(backend)
{
    [Fact]
    public async Task A_bucket_stands_after_one_apply_and_a_second_writes_nothing()
    {
        using var cluster = await ClusterAsync();
        BucketProvisioner provisioner = new(cluster.Clients);
        var plan = await provisioner.PlanAsync(cluster.BucketSpec, Token);
        await provisioner.ApplyAsync(plan, cancellationToken: Token);

        cluster.Wire.Forget();
        await provisioner.ApplyAsync(plan, cancellationToken: Token);

        cluster.Wire.Writes.ShouldBeEmpty();
        (await provisioner.PlanAsync(cluster.BucketSpec, Token)).Steps.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_bucket_cut_off_at_any_step_is_completed(int step)
    {
        using var cluster = await ClusterAsync();
        BucketProvisioner provisioner = new(cluster.Clients);
        var plan = await provisioner.PlanAsync(cluster.BucketSpec, Token);
        cluster.Wire.BreakWrites((_, write) => write == step ? WireFault.AnswerLost : WireFault.None);
        await Should.ThrowAsync<AwsCallException>(() => provisioner.ApplyAsync(plan));

        using var later = await ClusterAsync(cluster.Owner);
        await new BucketProvisioner(later.Clients).ApplyAsync(plan, cancellationToken: Token);

        later.Wire.Writes.Count.ShouldBeLessThanOrEqualTo(plan.Steps.Count - step);
        (await provisioner.PlanAsync(cluster.BucketSpec, Token)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bucket_of_another_owner_is_not_taken_over()
    {
        using var cluster = await ClusterAsync();
        await cluster.BuildBucketAsync();
        var s3 = cluster.Clients.S3(WireCluster.Region);
        await s3.PutBucketTaggingAsync(
            new()
            {
                BucketName = cluster.BucketSpec.Name,
                TagSet = [new() { Key = ResourceTags.OwnerId, Value = "someone else" }],
            },
            Token
        );

        await Should.ThrowAsync<InvalidSpecException>(() =>
            new BucketProvisioner(cluster.Clients).PlanAsync(cluster.BucketSpec)
        );
        var inventory = await cluster.ScanAsync();
        inventory.Resources.ShouldBeEmpty();
        inventory.Foreign.ShouldHaveSingleItem().Id.ShouldBe(cluster.BucketSpec.Name);
    }

    [Fact]
    public async Task The_first_version_counts_whatever_is_written_over_it()
    {
        using var cluster = await ClusterAsync();
        var store = await cluster.BuildBucketAsync();
        await store.PutAsync("mailbox/w1/request", "genuine"u8.ToArray(), Token);
        await store.PutAsync("mailbox/w1/request", "forged"u8.ToArray(), Token);
        await store.PutAsync("mailbox/w1/request2", "another key"u8.ToArray(), Token);

        Text(await store.GetFirstVersionAsync("mailbox/w1/request", 64, Token)).ShouldBe("genuine");
        Text(await store.GetAsync("mailbox/w1/request", 64, cancellationToken: Token)).ShouldBe("forged");
        (await store.GetFirstVersionAsync("mailbox/w1/reques", 64, Token)).ShouldBeNull();
        (await store.GetAsync("mailbox/w1/nothing", 64, cancellationToken: Token)).ShouldBeNull();
        (await store.ReadSizeAsync("mailbox/w1/nothing", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task An_object_is_read_up_to_the_bound_and_no_further()
    {
        using var cluster = await ClusterAsync();
        var store = await cluster.BuildBucketAsync();
        await store.PutAsync("mailbox/w1/request", new byte[64], Token);
        await store.PutAsync("mailbox/w1/empty", ReadOnlyMemory<byte>.Empty, Token);

        (await store.GetAsync("mailbox/w1/request", 64, cancellationToken: Token))!.Length.ShouldBe(64);
        await Should.ThrowAsync<ObjectTooLargeException>(() => store.GetAsync("mailbox/w1/request", 63));
        (await store.GetAsync("mailbox/w1/empty", 64, cancellationToken: Token))!.ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_a_mailbox_leaves_no_version_and_touches_no_other()
    {
        using var cluster = await ClusterAsync();
        var store = await cluster.BuildBucketAsync();
        await store.PutAsync("mailbox/w1/request", "a"u8.ToArray(), Token);
        await store.PutAsync("mailbox/w1/request", "b"u8.ToArray(), Token);
        await store.PutAsync("mailbox/w2/request", "c"u8.ToArray(), Token);

        (await store.DeleteAllVersionsAsync("mailbox/w1/", Token)).ShouldBe(2);

        (await store.ListVersionsAsync("", Token)).ShouldHaveSingleItem().Key.ShouldBe("mailbox/w2/request");
        cluster.Wire.Forget();
        (await store.DeleteAllVersionsAsync("mailbox/w1/", Token)).ShouldBe(0);
        cluster.Wire.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_presigned_put_works_once_and_its_object_can_be_fetched_by_a_presigned_get()
    {
        using var cluster = await ClusterAsync();
        var store = await cluster.BuildBucketAsync();
        S3Presigner presigner = new(cluster.Clients);
        PresignRequest request = new()
        {
            Verb = PresignVerb.Put,
            Region = WireCluster.Region,
            Bucket = store.Bucket,
            Key = "mailbox/w1/request",
            Lifetime = TimeSpan.FromMinutes(20),
            SignedHeaders = new Dictionary<string, string> { ["If-None-Match"] = "*" },
        };
        var put = await presigner.PresignAsync(request, Token);
        var get = await presigner.PresignAsync(
            request with
            {
                Verb = PresignVerb.Get,
                SignedHeaders = new Dictionary<string, string>(),
            },
            Token
        );
        using HttpClient node = new();

        (await PutAsync(node, put, "first")).ShouldBe(HttpStatusCode.OK);
        (await PutAsync(node, put, "second")).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await node.GetStringAsync(get, Token)).ShouldBe("first");
    }

    [Fact]
    public async Task Artifacts_are_staged_once_and_never_replaced()
    {
        using var cluster = await ClusterAsync();
        var store = await cluster.BuildBucketAsync();
        var folder = Directory.CreateTempSubdirectory("artifacts-").FullName;
        var content = Encoding.UTF8.GetBytes("#!/bin/sh\n");
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        await File.WriteAllBytesAsync(Path.Combine(folder, "nebula"), content, Token);
        await File.WriteAllTextAsync(
            Path.Combine(folder, ArtifactCatalogue.FileName),
            $$"""
            {"artifacts":[{"name":"nebula","version":"1.11.1","size":{{content.Length}},"sha256":"{{hash}}",
             "kind":"executable","path":"/usr/local/bin/nebula"}]}
            """,
            Token
        );
        var catalogue = await ArtifactCatalogue.ReadAsync(folder, Token);
        ArtifactStager stager = new(cluster.Clients, store);

        (await stager.ListMissingAsync(catalogue, Token)).Count.ShouldBe(1);
        await stager.StageAsync(catalogue, cancellationToken: Token);
        cluster.Wire.Forget();
        await stager.StageAsync(catalogue, cancellationToken: Token);

        cluster.Wire.Writes.ShouldBeEmpty();
        (await store.GetAsync($"artifacts/{hash}/nebula", 100, cancellationToken: Token)).ShouldBe(content);
        using MemoryStream other = new("other"u8.ToArray());
        (await store.PutNewAsync($"artifacts/{hash}/nebula", other, Token)).ShouldBeFalse();
        (await store.GetAsync($"artifacts/{hash}/nebula", 100, cancellationToken: Token)).ShouldBe(content);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<HttpStatusCode> PutAsync(HttpClient node, Uri url, string content)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, url) { Content = new StringContent(content) };
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        using var answer = await node.SendAsync(request);
        return answer.StatusCode;
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
