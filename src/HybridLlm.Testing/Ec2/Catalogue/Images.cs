using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>A machine image: a stand-in that has a name, an owner and a size, and nothing in it.</summary>
internal sealed record Image
{
    public required string Region { get; init; }

    public required string Name { get; init; }

    public required string OwnerId { get; init; }

    /// <summary><c>amazon</c> for Amazon's own; null else.</summary>
    public string? OwnerAlias { get; init; }

    /// <summary><c>x86_64</c> or <c>arm64</c>.</summary>
    public required string Architecture { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Size of the root snapshot, the least a root volume may have.</summary>
    public required int RootGiB { get; init; }

    public static string RootDevice => "/dev/sda1";

    /// <summary>Another one in each region, as on AWS.</summary>
    public string Id => $"ami-0{Digest("ami")}";

    public string SnapshotId => $"snap-0{Digest("snap")}";

    private string Digest(string kind) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind} {Region} {Name}")))[..16];
}

/// <summary>The images of every region: GPU images of Amazon's deep-learning family and Ubuntu Server.</summary>
internal static class Images
{
    private const string Amazon = "898082745236";
    private const string Canonical = "099720109477";

    // Two builds of each, so that taking the newest is something to get right.
    private static readonly (string Label, DateTimeOffset Time)[] s_builds =
    [
        ("20260904", new DateTimeOffset(2026, 9, 4, 11, 20, 0, TimeSpan.Zero)),
        ("20261009", new DateTimeOffset(2026, 10, 9, 10, 5, 0, TimeSpan.Zero)),
    ];

    public static IEnumerable<Image> In(string region) =>
        s_builds.SelectMany(built =>
            (Image[])
                [
                    DeepLearning(region, "22.04", "x86_64", built),
                    DeepLearning(region, "24.04", "x86_64", built),
                    DeepLearning(region, "22.04", "arm64", built),
                    DeepLearning(region, "24.04", "arm64", built),
                    Ubuntu(region, "amd64", "x86_64", built),
                    Ubuntu(region, "arm64", "arm64", built),
                ]
        );

    private static Image DeepLearning(
        string region,
        string ubuntu,
        string architecture,
        (string Label, DateTimeOffset Time) built
    ) =>
        new()
        {
            Region = region,
            Name =
                $"Deep Learning {(architecture == "arm64" ? "ARM64 " : "")}Base OSS Nvidia Driver GPU AMI "
                + $"(Ubuntu {ubuntu}) {built.Label}",
            OwnerId = Amazon,
            OwnerAlias = "amazon",
            Architecture = architecture,
            Created = built.Time,
            RootGiB = 75,
        };

    private static Image Ubuntu(
        string region,
        string name,
        string architecture,
        (string Label, DateTimeOffset Time) built
    ) =>
        new()
        {
            Region = region,
            Name = $"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{name}-server-{built.Label}",
            OwnerId = Canonical,
            Architecture = architecture,
            Created = built.Time,
            RootGiB = 8,
        };
}
