using HybridLlm.Testing.Tests.Kubernetes;
using k8s;

namespace HybridLlm.Testing.Tests;

/// <summary>What a world is like from outside.</summary>
public sealed class EmulatedWorldTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_homelab_is_administered_by_its_kubeconfig_which_goes_with_the_world()
    {
        string path;
        await using (var world = await EmulatedWorld.StartAsync(new EmulatedWorldOptions { HasHomelab = true }, Token))
        {
            path = world.HomelabKubeconfig;
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using var client = TestCluster.Connect(await File.ReadAllTextAsync(path, Token));
            await Eventually.TrueAsync(async () =>
                (await client.ListNodeAsync(cancellationToken: Token))
                    .Items.Select(n => n.Metadata.Name)
                    .SequenceEqual(["homelab-1", "homelab-2"])
            );
            var liqo = await client.ReadNamespacedConfigMapAsync(
                "liqo-clusterid-configmap",
                "liqo",
                cancellationToken: Token
            );
            liqo.Data["CLUSTER_ID"].ShouldBe("homelab");
            world.Homelab.IsAlive.ShouldBeTrue();
        }

        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_world_without_a_homelab_says_how_to_get_one()
    {
        await using var world = await EmulatedWorld.StartAsync(cancellationToken: Token);

        Should.Throw<InvalidOperationException>(() => world.HomelabKubeconfig).Message.ShouldContain("HasHomelab");
    }

    [Fact]
    public async Task A_worlds_own_clock_starts_behind_the_machines()
    {
        var now = TimeProvider.System.GetUtcNow();

        await using var world = await EmulatedWorld.StartAsync(cancellationToken: Token);

        world.Clock.GetUtcNow().ShouldBe(now - TimeSpan.FromHours(3), tolerance: TimeSpan.FromMinutes(5));
    }
}
