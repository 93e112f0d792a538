using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using HybridLlm.Testing.Tests.Ec2;

namespace HybridLlm.Testing.Tests.S3;

public sealed class ObjectTests : CloudTests
{
    private const string Name = "hybridllm-test";

    [Fact]
    public async Task What_is_put_comes_back_whole_with_its_metadata()
    {
        var s3 = await BucketAsync();
        PutObjectRequest put = new()
        {
            BucketName = Name,
            Key = "dir/ä b+c.txt",
            ContentBody = "hello",
            ContentType = "text/plain",
        };
        put.Metadata["owner"] = "me";
        var answer = await s3.PutObjectAsync(put, Ct);
        answer.ETag.ShouldBe("\"5d41402abc4b2a76b9719d911017c592\"");
        using var got = await s3.GetObjectAsync(Name, "dir/ä b+c.txt", Ct);
        (await TextAsync(got)).ShouldBe("hello");
        got.Metadata["owner"].ShouldBe("me");
        got.Headers.ContentType.ShouldBe("text/plain");
        got.ETag.ShouldBe(answer.ETag);
        var head = await s3.GetObjectMetadataAsync(Name, "dir/ä b+c.txt", Ct);
        head.ContentLength.ShouldBe(5);
        head.LastModified.ShouldBe(Start.UtcDateTime);
    }

    [Fact]
    public async Task A_large_chunked_upload_with_a_trailing_checksum_is_decoded()
    {
        var s3 = await BucketAsync();
        var bytes = new byte[3_000_017];
        new Random(7).NextBytes(bytes);
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Name,
                Key = "big",
                InputStream = new MemoryStream(bytes),
                ChecksumAlgorithm = ChecksumAlgorithm.SHA256,
            },
            Ct
        );
        using var got = await s3.GetObjectAsync(Name, "big", Ct);
        using MemoryStream read = new();
        await got.ResponseStream.CopyToAsync(read, Ct);
        read.ToArray().ShouldBe(bytes);
    }

    [Theory]
    [InlineData("bytes=1-3", "ell", "bytes 1-3/5")]
    [InlineData("bytes=3-", "lo", "bytes 3-4/5")]
    [InlineData("bytes=-2", "lo", "bytes 3-4/5")]
    [InlineData("bytes=2-99", "llo", "bytes 2-4/5")]
    public async Task A_range_is_a_part(string range, string text, string contentRange)
    {
        var s3 = await BucketAsync();
        await PutAsync(s3, "k", "hello");
        using var got = await s3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = Name,
                Key = "k",
                ByteRange = new ByteRange(range),
            },
            Ct
        );
        (await TextAsync(got)).ShouldBe(text);
        got.HttpStatusCode.ShouldBe(HttpStatusCode.PartialContent);
        got.ContentRange.ShouldBe(contentRange);
    }

    [Fact]
    public async Task A_range_behind_the_end_is_refused()
    {
        var s3 = await BucketAsync();
        await PutAsync(s3, "k", "hello");
        var call = s3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = Name,
                Key = "k",
                ByteRange = new ByteRange("bytes=5-"),
            },
            Ct
        );
        (await CodeOf(call)).ShouldBe("InvalidRange");
    }

    [Fact]
    public async Task If_none_match_writes_once()
    {
        var s3 = await BucketAsync();
        await PutAsync(s3, "once", "first", r => r.IfNoneMatch = "*");
        (await CodeOf(PutAsync(s3, "once", "second", r => r.IfNoneMatch = "*"))).ShouldBe("PreconditionFailed");
        (await ReadAsync(s3, "once")).ShouldBe("first");
        await s3.DeleteObjectAsync(Name, "once", Ct);
        await PutAsync(s3, "once", "third", r => r.IfNoneMatch = "*");
        (await ReadAsync(s3, "once")).ShouldBe("third");
    }

    [Fact]
    public async Task If_match_writes_over_what_one_has_seen_only()
    {
        var s3 = await BucketAsync();
        (await CodeOf(PutAsync(s3, "state", "x", r => r.IfMatch = "\"0\""))).ShouldBe("NoSuchKey");
        var first = await PutAsync(s3, "state", "one");
        await PutAsync(s3, "state", "two", r => r.IfMatch = first.ETag);
        (await CodeOf(PutAsync(s3, "state", "three", r => r.IfMatch = first.ETag))).ShouldBe("PreconditionFailed");
        (await ReadAsync(s3, "state")).ShouldBe("two");
    }

    [Fact]
    public async Task Versions_stay_until_each_is_deleted()
    {
        var s3 = await BucketAsync(versioned: true);
        var one = await PutAsync(s3, "k", "one");
        var two = await PutAsync(s3, "k", "two");
        one.VersionId.ShouldNotBe(two.VersionId);
        (await ReadAsync(s3, "k")).ShouldBe("two");
        (await ReadAsync(s3, "k", one.VersionId)).ShouldBe("one");
        var marker = await s3.DeleteObjectAsync(Name, "k", Ct);
        marker.DeleteMarker.ShouldBe("true");
        (await CodeOf(s3.GetObjectAsync(Name, "k", Ct))).ShouldBe("NoSuchKey");
        (await CodeOf(s3.GetObjectAsync(Name, "k", marker.VersionId, Ct))).ShouldBe("MethodNotAllowed");
        (await CodeOf(s3.GetObjectAsync(Name, "k", "ffffffffffffffff", Ct))).ShouldBe("NoSuchVersion");
        var versions = (await s3.ListVersionsAsync(Name, Ct)).Versions;
        versions
            .Select(v => (v.VersionId, v.IsLatest, v.IsDeleteMarker ?? false))
            .ShouldBe([(marker.VersionId, true, true), (two.VersionId, false, false), (one.VersionId, false, false)]);
        await s3.DeleteObjectAsync(Name, "k", marker.VersionId, Ct);
        (await ReadAsync(s3, "k")).ShouldBe("two");
    }

    [Fact]
    public async Task Objects_from_before_versioning_have_the_version_null()
    {
        var s3 = await BucketAsync();
        await PutAsync(s3, "k", "old");
        await VersionAsync(s3);
        await PutAsync(s3, "k", "new");
        (await ReadAsync(s3, "k", "null")).ShouldBe("old");
        await s3.DeleteObjectAsync(Name, "k", "null", Ct);
        (await s3.ListVersionsAsync(Name, Ct)).Versions.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Many_are_deleted_at_once_versions_and_markers_included()
    {
        var s3 = await BucketAsync(versioned: true);
        await PutAsync(s3, "a", "1");
        await PutAsync(s3, "a", "2");
        await PutAsync(s3, "b", "1");
        await s3.DeleteObjectAsync(Name, "b", Ct);
        var versions = (await s3.ListVersionsAsync(Name, Ct)).Versions;
        var deleted = await s3.DeleteObjectsAsync(
            new DeleteObjectsRequest
            {
                BucketName = Name,
                Objects = [.. versions.Select(v => new KeyVersion { Key = v.Key, VersionId = v.VersionId })],
            },
            Ct
        );
        deleted.DeletedObjects.Count.ShouldBe(4);
        ((await s3.ListVersionsAsync(Name, Ct)).Versions ?? []).ShouldBeEmpty();
    }

    [Fact]
    public async Task Lists_come_in_pages_by_prefix_and_delimiter()
    {
        var s3 = await BucketAsync();
        foreach (var key in (string[])["a/1", "a/2", "b/1", "b/c/2", "top", "x y"])
        {
            await PutAsync(s3, key, "x");
        }

        List<string> keys = [];
        await foreach (
            var item in s3
                .Paginators.ListObjectsV2(new() { BucketName = Name, MaxKeys = 2 })
                .S3Objects.WithCancellation(Ct)
        )
        {
            keys.Add(item.Key);
        }

        keys.ShouldBe(["a/1", "a/2", "b/1", "b/c/2", "top", "x y"]);
        var folders = await s3.ListObjectsV2Async(new() { BucketName = Name, Delimiter = "/" }, Ct);
        folders.CommonPrefixes.ShouldBe(["a/", "b/"]);
        folders.S3Objects.Select(o => o.Key).ShouldBe(["top", "x y"]);
        var below = await s3.ListObjectsV2Async(
            new()
            {
                BucketName = Name,
                Prefix = "b/",
                Delimiter = "/",
            },
            Ct
        );
        below.CommonPrefixes.ShouldBe(["b/c/"]);
        var first = await s3.ListObjectsV2Async(
            new()
            {
                BucketName = Name,
                Delimiter = "/",
                MaxKeys = 1,
            },
            Ct
        );
        first.IsTruncated.ShouldBe(true);
        var next = await s3.ListObjectsV2Async(
            new()
            {
                BucketName = Name,
                Delimiter = "/",
                ContinuationToken = first.NextContinuationToken,
            },
            Ct
        );
        next.CommonPrefixes.ShouldBe(["b/"]);
    }

    [Fact]
    public async Task Versions_come_in_pages()
    {
        var s3 = await BucketAsync(versioned: true);
        for (var i = 0; i < 3; i++)
        {
            await PutAsync(s3, "a", $"{i}");
            await PutAsync(s3, "b", $"{i}");
        }

        List<string> seen = [];
        await foreach (
            var v in s3.Paginators.ListVersions(new() { BucketName = Name, MaxKeys = 2 }).Versions.WithCancellation(Ct)
        )
        {
            seen.Add($"{v.Key} {v.VersionId}");
        }

        seen.Count.ShouldBe(6);
        seen.Distinct().Count().ShouldBe(6);
    }

    [Fact]
    public async Task A_missing_key_is_not_found()
    {
        var s3 = await BucketAsync();
        (await CodeOf(s3.GetObjectAsync(Name, "missing", Ct))).ShouldBe("NoSuchKey");
        (await CodeOf(s3.GetObjectMetadataAsync(Name, "missing", Ct))).ShouldBe("NotFound");
    }

    [Fact]
    public async Task A_planned_failure_after_the_effect_loses_the_reply_only()
    {
        var s3 = await BucketAsync();
        Cloud.Faults.FailNext("PutObject", "InternalError", 500, afterEffect: true);
        (await CodeOf(PutAsync(s3, "k", "x"))).ShouldBe("InternalError");
        (await ReadAsync(s3, "k")).ShouldBe("x");
        Cloud.Faults.Throttle("GetObject", callsPerSecond: 1, burst: 1);
        (await ReadAsync(s3, "k")).ShouldBe("x");
        (await CodeOf(s3.GetObjectAsync(Name, "k", Ct))).ShouldBe("SlowDown");
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await ReadAsync(s3, "k")).ShouldBe("x");
    }

    [Fact]
    public async Task What_s3_does_and_the_emulator_does_not_is_said_loudly()
    {
        var s3 = await BucketAsync();
        (await CodeOf(s3.InitiateMultipartUploadAsync(Name, "big", Ct))).ShouldBe("EmulatorGap");
        (await CodeOf(PutAsync(s3, "k", "x", r => r.CannedACL = S3CannedACL.PublicRead))).ShouldBe("EmulatorGap");
    }

    [Fact]
    public async Task Reads_and_writes_are_told_apart_in_the_log()
    {
        var s3 = await BucketAsync();
        await PutAsync(s3, "dir/k", "x");
        await ReadAsync(s3, "dir/k");
        var calls = Cloud.Calls.Where(c => c.Service == "s3").ToList();
        calls
            .Select(c => (c.Action, c.Target, c.IsWrite))
            .ShouldBe([
                ("CreateBucket", Name, true),
                ("PutObject", Name + "/dir/k", true),
                ("GetObject", Name + "/dir/k", false),
            ]);
        calls.ShouldAllBe(c => c.Status == 200 && c.Region == "us-east-2" && c.Time == Start);
    }

    private static async Task<string> TextAsync(GetObjectResponse response)
    {
        using StreamReader reader = new(response.ResponseStream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Ct);
    }

    private static async Task<string> ReadAsync(AmazonS3Client s3, string key, string? version = null)
    {
        using var got = await s3.GetObjectAsync(
            new()
            {
                BucketName = Name,
                Key = key,
                VersionId = version,
            },
            Ct
        );
        return await TextAsync(got);
    }

    private static Task<PutObjectResponse> PutAsync(
        AmazonS3Client s3,
        string key,
        string text,
        Action<PutObjectRequest>? change = null
    )
    {
        PutObjectRequest put = new()
        {
            BucketName = Name,
            Key = key,
            ContentBody = text,
        };
        change?.Invoke(put);
        return s3.PutObjectAsync(put, Ct);
    }

    private static Task<PutBucketVersioningResponse> VersionAsync(AmazonS3Client s3) =>
        s3.PutBucketVersioningAsync(
            new()
            {
                BucketName = Name,
                VersioningConfig = new() { Status = VersionStatus.Enabled },
            },
            Ct
        );

    private async Task<AmazonS3Client> BucketAsync(bool versioned = false)
    {
        var s3 = S3In("us-east-2");
        await s3.PutBucketAsync(new PutBucketRequest { BucketName = Name, BucketRegionName = "us-east-2" }, Ct);
        if (versioned)
        {
            await VersionAsync(s3);
        }

        return s3;
    }
}
