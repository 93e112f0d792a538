using Amazon.S3;
using Amazon.S3.Model;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Tests.Ec2;

namespace HybridLlm.Testing.Tests.S3;

public sealed class BucketTests : CloudTests
{
    private const string Name = "hybridllm-test";

    [Fact]
    public async Task The_location_constraint_must_be_the_region_and_must_be_absent_in_us_east_1()
    {
        var ohio = S3In("us-east-2");
        var virginia = S3In("us-east-1");
        (await CodeOf(Put(ohio, "no-location", null))).ShouldBe("IllegalLocationConstraintException");
        (await CodeOf(Put(ohio, "wrong-location", "eu-west-1"))).ShouldBe("IllegalLocationConstraintException");
        PutBucketRequest named = new()
        {
            BucketName = "named-home",
            PutBucketConfiguration = new() { LocationConstraint = new("us-east-1") },
        };
        (await CodeOf(virginia.PutBucketAsync(named, Ct))).ShouldBe("InvalidLocationConstraint");
        await Put(ohio, Name, "us-east-2");
        await Put(virginia, "home", null);
        (await ohio.GetBucketLocationAsync(Name, Ct)).Location.Value.ShouldBe("us-east-2");
        (await ohio.ListBucketsAsync(Ct)).Buckets.Select(b => b.BucketName).ShouldBe(["home", Name]);
    }

    [Fact]
    public async Task A_name_is_taken_in_every_region()
    {
        var ohio = S3In("us-east-2");
        await Put(ohio, Name, "us-east-2");
        (await CodeOf(Put(ohio, Name, "us-east-2"))).ShouldBe("BucketAlreadyOwnedByYou");
        (await CodeOf(Put(S3In("eu-west-1"), Name, "eu-west-1"))).ShouldBe("BucketAlreadyOwnedByYou");
        (await CodeOf(Put(ohio, "imds", "us-east-2"))).ShouldBe("BucketAlreadyExists");
        (await CodeOf(Put(ohio, "Not_A_Bucket", "us-east-2"))).ShouldBe("InvalidBucketName");
    }

    [Fact]
    public async Task A_bucket_with_only_a_delete_marker_is_not_empty()
    {
        var s3 = S3In("us-east-2");
        await Put(s3, Name, "us-east-2");
        await s3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = Name,
                VersioningConfig = new() { Status = VersionStatus.Enabled },
            },
            Ct
        );
        (await s3.GetBucketVersioningAsync(Name, Ct)).VersioningConfig.Status.ShouldBe(VersionStatus.Enabled);
        var marker = await s3.DeleteObjectAsync(Name, "never-there", Ct);
        (await CodeOf(s3.DeleteBucketAsync(Name, Ct))).ShouldBe("BucketNotEmpty");
        await s3.DeleteObjectAsync(Name, "never-there", marker.VersionId, Ct);
        await s3.DeleteBucketAsync(Name, Ct);
        (await CodeOf(s3.GetBucketLocationAsync(Name, Ct))).ShouldBe("NoSuchBucket");
    }

    [Fact]
    public async Task Settings_are_kept_and_given_back()
    {
        var s3 = S3In("us-east-2");
        await Put(s3, Name, "us-east-2");
        (await CodeOf(s3.GetBucketTaggingAsync(new() { BucketName = Name }, Ct))).ShouldBe("NoSuchTagSet");
        await s3.PutBucketTaggingAsync(Name, [new Tag { Key = "owner", Value = "me" }], Ct);
        (await s3.GetBucketTaggingAsync(new() { BucketName = Name }, Ct)).TagSet.Single().Value.ShouldBe("me");
        await s3.PutPublicAccessBlockAsync(
            new()
            {
                BucketName = Name,
                PublicAccessBlockConfiguration = new() { BlockPublicAcls = true },
            },
            Ct
        );
        var block = await s3.GetPublicAccessBlockAsync(new() { BucketName = Name }, Ct);
        block.PublicAccessBlockConfiguration.BlockPublicAcls.ShouldBe(true);
        block.PublicAccessBlockConfiguration.BlockPublicPolicy.ShouldNotBe(true);
        await s3.DeletePublicAccessBlockAsync(new() { BucketName = Name }, Ct);
        (await CodeOf(s3.GetPublicAccessBlockAsync(new() { BucketName = Name }, Ct))).ShouldBe(
            "NoSuchPublicAccessBlockConfiguration"
        );
        await s3.GetBucketPolicyAsync(Name, Ct);
        Cloud.Calls[^1].ErrorCode.ShouldBe("NoSuchBucketPolicy");
        await s3.PutBucketPolicyAsync(Name, """{"Version":"2012-10-17","Statement":[]}""", Ct);
        (await s3.GetBucketPolicyAsync(Name, Ct)).Policy.ShouldContain("2012-10-17");
        var encryption = await s3.GetBucketEncryptionAsync(new() { BucketName = Name }, Ct);
        encryption
            .ServerSideEncryptionConfiguration.ServerSideEncryptionRules.Single()
            .ServerSideEncryptionByDefault.ServerSideEncryptionAlgorithm.ShouldBe(ServerSideEncryptionMethod.AES256);
        Cloud.Snapshot().Single(r => r.Type == "bucket").Tags["owner"].ShouldBe("me");
    }

    [Fact]
    public async Task Objects_under_a_lifecycle_prefix_expire_at_midnight_after_their_days()
    {
        var s3 = S3In("us-east-2");
        await Put(s3, Name, "us-east-2");
        await s3.PutLifecycleConfigurationAsync(
            new()
            {
                BucketName = Name,
                Configuration = new()
                {
                    Rules =
                    [
                        new()
                        {
                            Id = "mailbox",
                            Status = LifecycleRuleStatus.Enabled,
                            Filter = new()
                            {
                                LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "mailbox/" },
                            },
                            Expiration = new() { Days = 1 },
                            NoncurrentVersionExpiration = new() { NoncurrentDays = 1 },
                        },
                    ],
                },
            },
            Ct
        );
        await PutObject(s3, "mailbox/request");
        await PutObject(s3, "artifacts/nebula");
        Clock.Advance(TimeSpan.FromHours(29));
        (await KeysAsync(s3)).ShouldBe(["artifacts/nebula", "mailbox/request"]);
        Clock.Advance(TimeSpan.FromHours(1));
        (await KeysAsync(s3)).ShouldBe(["artifacts/nebula"]);
    }

    [Fact]
    public async Task In_a_versioned_bucket_expiry_leaves_a_marker_and_old_versions_go_later()
    {
        var s3 = S3In("us-east-2");
        await Put(s3, Name, "us-east-2");
        await s3.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = Name,
                VersioningConfig = new() { Status = VersionStatus.Enabled },
            },
            Ct
        );
        LifecycleRule expiry = new()
        {
            Id = "all",
            Status = LifecycleRuleStatus.Enabled,
            Filter = new() { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "" } },
            Expiration = new() { Days = 1 },
            NoncurrentVersionExpiration = new() { NoncurrentDays = 1 },
        };
        LifecycleRule markers = new()
        {
            Id = "markers",
            Status = LifecycleRuleStatus.Enabled,
            Filter = new() { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "" } },
            Expiration = new() { ExpiredObjectDeleteMarker = true },
        };
        await s3.PutLifecycleConfigurationAsync(
            new()
            {
                BucketName = Name,
                Configuration = new() { Rules = [expiry, markers] },
            },
            Ct
        );
        await PutObject(s3, "a");
        Clock.Advance(TimeSpan.FromHours(30));
        (await KeysAsync(s3)).ShouldBeEmpty();
        var versions = await s3.ListVersionsAsync(Name, Ct);
        versions.Versions.Select(v => v.IsDeleteMarker ?? false).ShouldBe([true, false]);
        Clock.Advance(TimeSpan.FromDays(2));
        ((await s3.ListVersionsAsync(Name, Ct)).Versions ?? []).ShouldBeEmpty();
        await s3.DeleteBucketAsync(Name, Ct);
    }

    [Fact]
    public async Task A_client_of_another_region_is_told_where_the_bucket_is()
    {
        var ohio = S3In("us-east-2");
        await Put(ohio, Name, "us-east-2");
        var oregon = S3In("us-west-2");
        (await CodeOf(oregon.GetBucketLocationAsync(Name, Ct))).ShouldBe("AuthorizationHeaderMalformed");
        (await ohio.HeadBucketAsync(new() { BucketName = Name }, Ct)).BucketRegion.ShouldBe("us-east-2");
    }

    [Fact]
    public async Task Stored_bytes_cost_money_for_as_long_as_they_lie_there()
    {
        var s3 = S3In("us-east-2");
        await Put(s3, Name, "us-east-2");
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Name,
                Key = "model",
                InputStream = new MemoryStream(new byte[1 << 20]),
            },
            Ct
        );
        Clock.Advance(TimeSpan.FromHours(730));
        var line = Cloud.Bill().Lines.Single(l => l.Item == BillItem.BucketStorage);
        line.Usd.ShouldBe(0.023m / 1024, tolerance: 1e-12m);
        await s3.DeleteObjectAsync(Name, "model", Ct);
        Clock.Advance(TimeSpan.FromHours(730));
        Cloud.Bill().Lines.Single(l => l.Item == BillItem.BucketStorage).Usd.ShouldBe(line.Usd);
    }

    private static async Task<IEnumerable<string>> KeysAsync(AmazonS3Client s3) =>
        ((await s3.ListObjectsV2Async(new() { BucketName = Name }, Ct)).S3Objects ?? []).Select(o => o.Key);

    private static Task<PutObjectResponse> PutObject(AmazonS3Client s3, string key) =>
        s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Name,
                Key = key,
                ContentBody = "x",
            },
            Ct
        );

    private static Task<PutBucketResponse> Put(AmazonS3Client s3, string name, string? location) =>
        s3.PutBucketAsync(
            new PutBucketRequest
            {
                BucketName = name,
                UseClientRegion = false,
                BucketRegionName = location,
            },
            Ct
        );
}
