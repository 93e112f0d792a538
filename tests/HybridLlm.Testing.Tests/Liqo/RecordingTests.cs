using HybridLlm.Testing.Tests.Kubernetes;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>The emulated controllers leave what the real ones were recorded to leave.</summary>
public sealed class RecordingTests
{
    [Fact]
    public async Task Peering_leaves_what_it_leaves_in_reality()
    {
        await using var clusters = await TwoClusters.StartAsync();
        await PeerAsync(clusters, new Liqoctl(clusters));
    }

    [Fact]
    public async Task Offloading_leaves_what_it_leaves_in_reality()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await PeerAsync(clusters, liqoctl);
        var (home, gpu) = (clusters.Home.Cluster.Listing(), clusters.Gpu.Cluster.Listing());

        await liqoctl.OffloadAsync();

        await LikeAsync("03-offload", "homelab", clusters.Home, home);
        await LikeAsync("03-offload", "aws-gpu-1", clusters.Gpu, gpu);
    }

    [Fact]
    public async Task Unpeering_leaves_what_it_leaves_in_reality()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await PeerAsync(clusters, liqoctl);
        var (home, gpu) = (clusters.Home.Cluster.Listing(), clusters.Gpu.Cluster.Listing());

        await liqoctl.UnpeerAsync();

        await LikeAsync("07-unpeer", "homelab", clusters.Home, home);
        await LikeAsync("07-unpeer", "aws-gpu-1", clusters.Gpu, gpu);
        foreach (var (name, cluster) in new[] { ("homelab", clusters.Home), ("aws-gpu-1", clusters.Gpu) })
        {
            var left = Recording.Between(new Dictionary<string, string>(), cluster.Cluster.Listing());
            left.Keys.Intersect(Recording.Deleted("07-unpeer", name)).ShouldBeEmpty();
        }
    }

    /// <summary>Peers, and waits until both sides are as recorded: nothing of it then happens later.</summary>
    private static async Task PeerAsync(TwoClusters clusters, Liqoctl liqoctl)
    {
        var (home, gpu) = (clusters.Home.Cluster.Listing(), clusters.Gpu.Cluster.Listing());

        await liqoctl.PeerAsync();

        await LikeAsync("01-peer", "homelab", clusters.Home, home);
        await LikeAsync("01-peer", "aws-gpu-1", clusters.Gpu, gpu);
    }

    private static async Task LikeAsync(
        string scenario,
        string name,
        TestCluster cluster,
        IReadOnlyDictionary<string, string> before
    )
    {
        var recorded = Recording.After(scenario, name);
        SortedDictionary<string, string> emulated = [];
        try
        {
            await Eventually.TrueAsync(() =>
                (emulated = Recording.Between(before, cluster.Cluster.Listing())).SequenceEqual(recorded)
            );
        }
        catch (OperationCanceledException)
        {
            var both = recorded.Keys.Union(emulated.Keys).Order(StringComparer.Ordinal);
            var differing = both.Where(k => recorded.GetValueOrDefault(k) != emulated.GetValueOrDefault(k));
            Assert.Fail(
                string.Concat(
                    differing.Select(k =>
                        $"\n{k}\n  recorded {recorded.GetValueOrDefault(k)}\n  emulated {emulated.GetValueOrDefault(k)}"
                    )
                )
            );
        }
    }
}
