using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Tests.Observing;

/// <summary>What a listing changes in a world that knows some of it already.</summary>
public sealed class WorldTests
{
    private static readonly Target s_all = new(ClusterSide.Consumer, new Selection(Kinds.ConfigMap, "default"));

    [Fact]
    public void A_listing_replaces_what_was_known()
    {
        var world = Listed(World.Empty, "5", Map("a", 3), Map("b", 4));

        Describe(Listed(world, "9", Map("b", 8), Map("c", 9))).ShouldBe("b8 c9");
    }

    [Fact]
    public void A_listing_made_before_a_write_does_not_take_it_back()
    {
        var world = Listed(World.Empty, "5", Map("a", 3));
        world = world.With(ClusterSide.Consumer, Kinds.ConfigMap, Map("a", 8));

        Describe(Listed(world, "7", Map("a", 3))).ShouldBe("a8");
        Describe(Listed(world, "7")).ShouldBe("a8");
        Describe(Listed(world, "9")).ShouldBe("");
    }

    [Fact]
    public void What_a_write_made_stays_part_of_what_was_listed()
    {
        var world = Listed(World.Empty, "5", Map("a", 3)).With(ClusterSide.Consumer, Kinds.ConfigMap, Map("a", 8));

        Describe(Listed(Listed(world, "7"), "9")).ShouldBe("");
    }

    [Fact]
    public void A_named_object_that_cannot_be_seen_is_gone()
    {
        ObjectKey key = new(ClusterSide.Consumer, Kinds.ConfigMap, "default", "a");
        var world = World.Empty.With(ClusterSide.Consumer, Kinds.ConfigMap, Map("a", 8));

        Describe(world.WithListing(Target.On(key), ObjectList.Nothing)).ShouldBe("");
    }

    private static World Listed(World world, string version, params ClusterObject[] items) =>
        world.WithListing(s_all, new ObjectList(items, version));

    private static ConfigMap Map(string name, int version) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "default",
                ResourceVersion = $"{version}",
            },
        };

    private static string Describe(World world) =>
        string.Join(
            ' ',
            world.All(ClusterSide.Consumer, Kinds.ConfigMap).Select(m => m.Name + m.Metadata.ResourceVersion)
        );
}
