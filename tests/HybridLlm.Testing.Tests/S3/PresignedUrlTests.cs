using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3.Model;
using HybridLlm.Testing.Tests.Ec2;

namespace HybridLlm.Testing.Tests.S3;

/// <summary>URLs are signed here by hand at the emulator's time: the SDK's presigner knows only the machine's clock.</summary>
public sealed class PresignedUrlTests : CloudTests, IDisposable
{
    private const string Name = "hybridllm-test";
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_put_and_a_get_work_until_they_expire()
    {
        await BucketAsync();
        using (var put = await SendAsync("PUT", Sign("PUT", "mailbox/request"), "hello"))
        {
            put.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var url = Sign("GET", "mailbox/request");
        (await _http.GetStringAsync(url, Ct)).ShouldBe("hello");
        Clock.Advance(TimeSpan.FromMinutes(20));
        (await _http.GetStringAsync(url, Ct)).ShouldBe("hello");
        Clock.Advance(TimeSpan.FromSeconds(1));
        using var late = await _http.GetAsync(url, Ct);
        late.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await late.Content.ReadAsStringAsync(Ct)).ShouldContain("Request has expired");
    }

    [Fact]
    public async Task The_sdk_s_own_presigned_url_is_accepted_at_the_machine_s_time()
    {
        await BucketAsync();
        Clock.Advance(TimeProvider.System.GetUtcNow() - Clock.GetUtcNow());
        var s3 = S3In(Home);
        await s3.PutObjectAsync(
            new()
            {
                BucketName = Name,
                Key = "a b/ü",
                ContentBody = "hello",
            },
            Ct
        );
        var url = await s3.GetPreSignedURLAsync(
            new()
            {
                BucketName = Name,
                Key = "a b/ü",
                Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
                Protocol = Amazon.S3.Protocol.HTTP,
            }
        );
        (await _http.GetStringAsync(url, Ct)).ShouldBe("hello");
    }

    [Fact]
    public async Task Every_signed_header_must_come_with_its_signed_value()
    {
        await BucketAsync();
        var url = Sign("PUT", "once", ("if-none-match", "*"));
        await RefusedAsync(SendAsync("PUT", url, "x"), "SignatureDoesNotMatch");
        await RefusedAsync(SendAsync("PUT", url, "x", ("If-None-Match", "\"other\"")), "SignatureDoesNotMatch");
        using (var first = await SendAsync("PUT", url, "x", ("If-None-Match", "*")))
        {
            first.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var second = await SendAsync("PUT", url, "y", ("If-None-Match", "*"));
        second.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_changed_url_is_refused()
    {
        await BucketAsync();
        var url = Sign("GET", "mailbox/reply");
        await RefusedAsync(
            _http.GetAsync(url.Replace("reply", "other", StringComparison.Ordinal), Ct),
            "SignatureDoesNotMatch"
        );
        await RefusedAsync(_http.GetAsync(url + "&versionId=null", Ct), "SignatureDoesNotMatch");
        await RefusedAsync(
            _http.GetAsync(url.Replace("Expires=1200", "Expires=1201", StringComparison.Ordinal), Ct),
            "SignatureDoesNotMatch"
        );
        await RefusedAsync(SendAsync("PUT", url, "x"), "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task An_amazon_header_that_was_not_signed_is_refused()
    {
        await BucketAsync();
        await RefusedAsync(SendAsync("PUT", Sign("PUT", "k"), "x", ("x-amz-meta-a", "b")), "AccessDenied");
    }

    [Fact]
    public async Task A_url_from_the_far_future_is_not_valid_yet()
    {
        await BucketAsync();
        var ahead = Sign("GET", "k", at: Clock.GetUtcNow() + TimeSpan.FromMinutes(16));
        await RefusedAsync(_http.GetAsync(ahead, Ct), "not valid yet");
        using var near = await _http.GetAsync(Sign("GET", "k", at: Clock.GetUtcNow() + TimeSpan.FromMinutes(15)), Ct);
        near.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Unknown_keys_missing_signatures_and_long_lives_are_refused()
    {
        await BucketAsync();
        await RefusedAsync(
            _http.GetAsync(Sign("GET", "k", accessKey: "AKIASOMEBODYELSE0000"), Ct),
            "InvalidAccessKeyId"
        );
        await RefusedAsync(_http.GetAsync(new Uri(Cloud.Endpoint, $"{Name}/k"), Ct), "AccessDenied");
        using var tooLong = await _http.GetAsync(Sign("GET", "k", seconds: 604801), Ct);
        tooLong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_upload_of_unknown_length_is_refused()
    {
        await BucketAsync();
        using HttpRequestMessage request = new(HttpMethod.Put, Sign("PUT", "k"));
        request.Content = new ByteArrayContent("x"u8.ToArray());
        request.Headers.TransferEncodingChunked = true;
        using var response = await _http.SendAsync(request, Ct);
        response.StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
    }

    private async Task BucketAsync() =>
        await S3In(Home).PutBucketAsync(new PutBucketRequest { BucketName = Name, BucketRegionName = Home }, Ct);

    private static async Task RefusedAsync(Task<HttpResponseMessage> call, string why)
    {
        using var response = await call;
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync(Ct)).ShouldContain(why);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method,
        string url,
        string body,
        params (string Name, string Value)[] headers
    )
    {
        using HttpRequestMessage request = new(new HttpMethod(method), url);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _http.SendAsync(request, Ct);
    }

    private string Sign(string method, string key, params (string Name, string Value)[] headers) =>
        Sign(method, key, headers, Clock.GetUtcNow());

    private string Sign(
        string method,
        string key,
        DateTimeOffset? at = null,
        string? accessKey = null,
        int seconds = 1200
    ) => Sign(method, key, [], at ?? Clock.GetUtcNow(), accessKey, seconds);

    private string Sign(
        string method,
        string key,
        (string Name, string Value)[] headers,
        DateTimeOffset at,
        string? accessKey = null,
        int seconds = 1200
    )
    {
        var date = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", null);
        string[] scope = [date[..8], Home, "s3", "aws4_request"];
        var signed = headers.Append((Name: "host", Value: Cloud.Endpoint.Authority)).OrderBy(h => h.Name).ToList();
        var names = string.Join(';', signed.Select(h => h.Name));
        var query =
            $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString($"{accessKey ?? Cloud.AccessKey}/{string.Join('/', scope)}")}"
            + $"&X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders={Uri.EscapeDataString(names)}";
        var canonical =
            $"{method}\n/{Name}/{key}\n{query}\n{string.Concat(signed.Select(h => $"{h.Name}:{h.Value}\n"))}\n{names}\nUNSIGNED-PAYLOAD";
        var text =
            $"AWS4-HMAC-SHA256\n{date}\n{string.Join('/', scope)}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var secret = scope.Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + Cloud.SecretKey),
            (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part))
        );
        var signature = Hex(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));
        return $"{Cloud.Endpoint}{Name}/{key}?{query}&X-Amz-Signature={signature}";
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
