using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.AwsGpu.Leases;
using HybridLlm.AwsGpu.Permissions;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.AwsGpu.Tests.Permissions;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>The emitted policy against the calls a whole life of a cluster really makes.</summary>
public sealed class PolicyTests : EmulatorTest
{
    /// <summary>S3 names some permissions otherwise than the calls they are for.</summary>
    private static readonly Dictionary<string, string> s_permissions = new()
    {
        ["s3:ListBuckets"] = "s3:ListAllMyBuckets",
        ["s3:ListObjectsV2"] = "s3:ListBucket",
        ["s3:ListObjectVersions"] = "s3:ListBucketVersions",
        ["s3:HeadObject"] = "s3:GetObject",
        ["s3:DeleteObjects"] = "s3:DeleteObjectVersion",
        ["s3:GetPublicAccessBlock"] = "s3:GetBucketPublicAccessBlock",
        ["s3:PutPublicAccessBlock"] = "s3:PutBucketPublicAccessBlock",
        ["s3:GetBucketLifecycleConfiguration"] = "s3:GetLifecycleConfiguration",
        ["s3:PutBucketLifecycleConfiguration"] = "s3:PutLifecycleConfiguration",
    };

    /// <summary>Needed when something was left behind or is an option, so not in a life without accidents.</summary>
    private static readonly string[] s_forLeftovers =
    [
        "ec2:CancelSpotInstanceRequests",
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteSnapshot",
        "ec2:DeleteVolume",
        "ec2:DisassociateAddress",
        "ec2:DisassociateRouteTable",
        "s3:DeleteObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "sqs:DeleteMessage",
        "ssm:GetParameter",
    ];

    [Fact]
    public async Task The_policy_allows_what_a_life_needs_and_little_else()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        Cloud.AddInterruptionQueue(
            WireCluster.Region,
            Prerequisites.QueueName(cluster.Owner),
            cluster.Owner.Tags(ResourceComponents.Interruptions, "queue", "plan-1")
        );
        await new QueuedInterruptions(
            cluster.Clients,
            WireCluster.Region,
            Prerequisites.QueueName(cluster.Owner)
        ).ReceiveAsync((_, _) => Task.CompletedTask, TimeSpan.Zero, Token);
        await cluster.BuildBucketAsync();
        var store = await cluster.BuildBucketAsync();
        await store.PutAsync("mailbox/w/request", "hello"u8.ToArray(), Token);
        await store.GetFirstVersionAsync("mailbox/w/request", 100, Token);
        await cluster.BuildLighthouseAsync(network);
        await cluster.ReadOffersAsync(network);
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);
        await new LeaseKeeper(cluster.Clients, WireCluster.Region).KeepForAsync(
            (await cluster.AliveAsync()).Single(i => i.InstanceId == node.InstanceId),
            TimeSpan.FromHours(1),
            Token
        );
        (
            await new ClusterInstances(cluster.Clients, cluster.Owner, WireCluster.Region).ListImpairedAsync(
                TimeSpan.FromMinutes(5),
                Token
            )
        ).ShouldBeEmpty();
        (
            await new ClusterTeardown(cluster.Clients).RunAsync(
                cluster.Owner,
                TeardownScope.Everything,
                patience: TimeSpan.FromHours(1),
                cancellationToken: Token
            )
        ).IsComplete.ShouldBeTrue();
        await cluster.Clients.ReadAccountIdAsync(Token);

        var called = Cloud
            .Calls.Select(c => $"{c.Service}:{c.Action}")
            .Select(c => s_permissions.GetValueOrDefault(c, c))
            .ToHashSet();
        IamPolicySpec spec = new()
        {
            Owner = cluster.Owner,
            AccountId = Cloud.AccountId,
            Region = WireCluster.Region,
            QueueName = Prerequisites.QueueName(cluster.Owner),
        };
        var allowed = IamPolicyTests.Statements(spec).Where(s => s.Allows).SelectMany(s => s.Actions).ToHashSet();

        called.Where(c => !allowed.Any(a => Allows(a, c))).ShouldBeEmpty();
        allowed
            .Where(a => !called.Any(c => Allows(a, c)))
            .Except(s_forLeftovers)
            .Except(["ec2:RunInstances"])
            .ShouldBeEmpty();
    }

    private static bool Allows(string permission, string call) =>
        permission.EndsWith('*') ? call.StartsWith(permission[..^1], StringComparison.Ordinal) : call == permission;
}
