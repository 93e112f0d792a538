using k8s;
using k8s.Autorest;

namespace HybridLlm.Testing.Tests.Kubernetes;

public sealed class FaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_planned_failure_hits_the_matching_call_once(int status)
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var cluster = await TestCluster.StartAsync();
        cluster.Cluster.Faults.FailNext(status, c => c.Verb == "create" && c.Resource == "configmaps");

        await cluster.Client.ListNamespacedConfigMapAsync("default", cancellationToken: Stop);
        var failed = await Should.ThrowAsync<HttpOperationException>(CreateAsync(cluster));
        await CreateAsync(cluster);

        ((int)failed.Response.StatusCode).ShouldBe(status);
        failed.Response.Headers.ContainsKey("Retry-After").ShouldBe(status == 429);
    }

    [Fact]
    public async Task A_lost_reply_has_done_what_was_asked()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var cluster = await TestCluster.StartAsync();
        cluster.Cluster.Faults.FailNext(504, c => c.Verb == "create", afterEffect: true);

        await Should.ThrowAsync<HttpOperationException>(CreateAsync(cluster));

        (await cluster.Client.ListNamespacedConfigMapAsync("default", cancellationToken: Stop)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_hanging_call_is_not_answered()
    {
        RealKubernetes.RequireEmulated("a real one takes no faults on purpose");
        await using var cluster = await TestCluster.StartAsync();
        cluster.Cluster.Faults.HangNext();
        using CancellationTokenSource given = new();

        var call = cluster.Client.ListNamespaceAsync(cancellationToken: given.Token);
        await Eventually.TrueAsync(() => cluster.Cluster.Calls.Count == 1);
        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call);
        cluster.Cluster.Calls.Single().Status.ShouldBe(0);
    }

    [Fact]
    public async Task Every_call_is_written_down()
    {
        await using var cluster = await TestCluster.StartAsync();

        await CreateAsync(cluster);
        await cluster.Client.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Stop);

        var calls = cluster.Cluster.Calls;
        calls
            .Select(c => $"{c.Verb} {c.Resource} {c.Namespace}/{c.Name} {c.Status} {c.User}")
            .ShouldBe(["create configmaps default/a 201 admin", "get configmaps default/a 200 admin"]);
        calls.Select(c => c.IsWrite).ShouldBe([true, false]);
    }

    [Fact]
    public async Task A_killed_cluster_answers_nobody_and_can_still_be_listed()
    {
        await using var cluster = await TestCluster.StartAsync();
        await CreateAsync(cluster);

        await cluster.Cluster.KillAsync();

        await Should.ThrowAsync<HttpRequestException>(cluster.Client.ListNamespaceAsync(cancellationToken: Stop));
        cluster.Cluster.IsAlive.ShouldBeFalse();
        cluster.Cluster.Listing().ShouldContainKey("v1 ConfigMap default/a");
    }

    [Fact]
    public async Task Listings_are_equal_when_everything_was_put_back()
    {
        await using var cluster = await TestCluster.StartAsync();
        var first = await CreateAsync(cluster);
        var before = cluster.Cluster.Listing();

        await cluster.Client.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Stop);
        cluster.Cluster.Listing().ShouldNotBe(before);
        var second = await CreateAsync(cluster);

        second.Metadata.Uid.ShouldNotBe(first.Metadata.Uid);
        cluster.Cluster.Listing().ShouldBe(before);
    }

    private static Task<k8s.Models.V1ConfigMap> CreateAsync(TestCluster cluster) =>
        cluster.Client.CreateNamespacedConfigMapAsync(CrudTests.Map("a", "1"), "default", cancellationToken: Stop);
}
