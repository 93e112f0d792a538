using System.Globalization;
using System.Web;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using HybridLlm.AwsGpu.Storage;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.AwsGpu.Tests.Storage;

/// <summary>Our URLs against those the SDK signs for the same call at the same instant.</summary>
public sealed class S3PresignerTests
{
    private static readonly Uri s_emulator = new("http://127.0.0.1:9000");

    public static TheoryData<string, PresignVerb, string, string, bool, bool> Calls =>
        new()
        {
            { "us-east-1", PresignVerb.Get, "lab-bucket", "mailbox/w1/reply", false, false },
            { "eu-central-1", PresignVerb.Put, "lab-bucket", "mailbox/w1/request", true, false },
            { "eu-central-1", PresignVerb.Put, "lab-bucket", "mailbox/w1/request", true, true },
            { "us-west-2", PresignVerb.Get, "lab-bucket", "odd/a b+c/ü(1)!*'~x=&?%41", false, true },
            { "cn-north-1", PresignVerb.Get, "lab-bucket", "artifacts/ab/nebula", false, false },
        };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_url_for_aws_is_the_one_the_sdk_signs(
        string region,
        PresignVerb verb,
        string bucket,
        string key,
        bool onlyIfNew,
        bool temporary
    )
    {
        AmazonS3Config config = new() { RegionEndpoint = RegionEndpoint.GetBySystemName(region) };
        await ShouldSignAsTheSdk(config, null, Request(region, verb, bucket, key, onlyIfNew), temporary);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_url_for_an_emulator_is_the_one_the_sdk_signs(
        string region,
        PresignVerb verb,
        string bucket,
        string key,
        bool onlyIfNew,
        bool temporary
    )
    {
        AmazonS3Config config = new()
        {
            ServiceURL = s_emulator.AbsoluteUri,
            AuthenticationRegion = region,
            ForcePathStyle = true,
        };
        await ShouldSignAsTheSdk(config, s_emulator, Request(region, verb, bucket, key, onlyIfNew), temporary);
    }

    [Fact]
    public async Task A_url_is_dated_by_the_clock_it_is_given()
    {
        var url = await PresignAsync(
            Request("us-east-1", PresignVerb.Get, "lab-bucket", "k", false),
            null,
            temporary: false,
            new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(1))
        );

        Query(url)["X-Amz-Date"].ShouldBe("20310203T030506Z");
    }

    [Fact]
    public async Task All_faults_of_a_request_are_reported_at_once()
    {
        PresignRequest request = new()
        {
            Verb = PresignVerb.Get,
            Region = "",
            Bucket = "",
            Key = "a/../b",
            Lifetime = TimeSpan.FromDays(8),
        };

        var fault = await Should.ThrowAsync<InvalidSpecException>(() =>
            PresignAsync(request, null, temporary: false, DateTimeOffset.UnixEpoch)
        );
        fault.Faults.Count.ShouldBe(4);
    }

    private static PresignRequest Request(string region, PresignVerb verb, string bucket, string key, bool onlyIfNew) =>
        new()
        {
            Verb = verb,
            Region = region,
            Bucket = bucket,
            Key = key,
            Lifetime = TimeSpan.FromMinutes(20),
            SignedHeaders = onlyIfNew
                ? new Dictionary<string, string> { ["If-None-Match"] = "*" }
                : new Dictionary<string, string>(),
        };

    private static async Task ShouldSignAsTheSdk(
        AmazonS3Config config,
        Uri? serviceUrl,
        PresignRequest request,
        bool temporary
    )
    {
        using AmazonS3Client sdk = new(
            temporary
                ? new SessionAWSCredentials("AKIDTEST", "secret/of+test", "tok/en+=")
                : new BasicAWSCredentials("AKIDTEST", "secret/of+test"),
            config
        );
        GetPreSignedUrlRequest theirs = new()
        {
            BucketName = request.Bucket,
            Key = request.Key,
            Verb = request.Verb == PresignVerb.Get ? HttpVerb.GET : HttpVerb.PUT,
            Protocol = serviceUrl is null ? Protocol.HTTPS : Protocol.HTTP,
            Expires = DateTime.UtcNow.AddMinutes(30),
        };
        foreach (var (name, value) in request.SignedHeaders)
        {
            theirs.Headers[name] = value;
        }

        Uri expected = new(await sdk.GetPreSignedURLAsync(theirs));

        // The SDK dates by the machine's clock and rounds the lifetime; both stand in its URL.
        var query = Query(expected);
        var signedAt = DateTimeOffset.ParseExact(
            query["X-Amz-Date"],
            "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal
        );
        var lifetime = TimeSpan.FromSeconds(int.Parse(query["X-Amz-Expires"], CultureInfo.InvariantCulture));
        var ours = await PresignAsync(request with { Lifetime = lifetime }, serviceUrl, temporary, signedAt);

        ours.GetLeftPart(UriPartial.Path).ShouldBe(expected.GetLeftPart(UriPartial.Path));
        Query(ours).ShouldBe(query);
    }

    private static async Task<Uri> PresignAsync(
        PresignRequest request,
        Uri? serviceUrl,
        bool temporary,
        DateTimeOffset now
    )
    {
        using AwsClients clients = new(
            new AwsClientsOptions
            {
                AccessKey = new AwsAccessKey("AKIDTEST", "secret/of+test", temporary ? "tok/en+=" : null),
                ServiceUrl = serviceUrl,
                Time = new FakeTimeProvider(now),
            }
        );
        return await new S3Presigner(clients).PresignAsync(request);
    }

    private static SortedDictionary<string, string> Query(Uri url)
    {
        var query = HttpUtility.ParseQueryString(url.Query);
        return new(query.AllKeys.ToDictionary(k => k!, k => query[k]!), StringComparer.Ordinal);
    }
}
