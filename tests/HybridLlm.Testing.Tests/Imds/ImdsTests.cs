using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Text.Json;
using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.Testing.Imds;
using HybridLlm.Testing.Tests.Ec2;

namespace HybridLlm.Testing.Tests.Imds;

public sealed class ImdsTests : CloudTests, IDisposable
{
    private readonly HttpClient _http = new();
    private string _id = "";

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Version_2_needs_a_token_and_the_token_expires()
    {
        await BootAsync();
        (await StatusAsync("latest/meta-data/instance-id")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("latest/meta-data/instance-id", "made-up")).ShouldBe(HttpStatusCode.Unauthorized);
        var token = await TokenAsync(seconds: 60);
        (await ReadAsync("latest/meta-data/instance-id", token)).ShouldBe(_id);
        Clock.Advance(TimeSpan.FromSeconds(60));
        (await StatusAsync("latest/meta-data/instance-id", token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("1", HttpStatusCode.OK)]
    [InlineData("21600", HttpStatusCode.OK)]
    [InlineData("0", HttpStatusCode.BadRequest)]
    [InlineData("21601", HttpStatusCode.BadRequest)]
    [InlineData("soon", HttpStatusCode.BadRequest)]
    [InlineData(null, HttpStatusCode.BadRequest)]
    public async Task A_token_lives_a_second_to_six_hours(string? seconds, HttpStatusCode status)
    {
        await BootAsync();
        using var response = await PutTokenAsync(seconds);
        response.StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task A_proxied_token_request_and_a_token_by_get_are_refused()
    {
        await BootAsync();
        using HttpRequestMessage proxied = new(HttpMethod.Put, Url("latest/api/token"));
        proxied.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "60");
        proxied.Headers.Add("X-Forwarded-For", "10.0.0.1");
        using var refused = await _http.SendAsync(proxied, Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync("latest/api/token", await TokenAsync())).ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Version_1_works_where_tokens_are_optional_and_nothing_where_the_endpoint_is_off()
    {
        await BootAsync(r => r.MetadataOptions = new() { HttpTokens = HttpTokensState.Optional });
        (await ReadAsync("latest/meta-data/instance-id")).ShouldBe(_id);
        (await StatusAsync("latest/meta-data/instance-id", "made-up")).ShouldBe(HttpStatusCode.Unauthorized);
        await Ec2.ModifyInstanceMetadataOptionsAsync(
            new() { InstanceId = _id, HttpEndpoint = InstanceMetadataEndpointState.Disabled },
            Ct
        );
        (await StatusAsync("latest/meta-data/instance-id")).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Paths_hold_what_the_instance_is()
    {
        await BootAsync(r => AsSpot(r).UserData = Convert.ToBase64String("#!/bin/sh\n"u8));
        var token = await TokenAsync();
        (await ReadAsync("latest/user-data", token)).ShouldBe("#!/bin/sh\n");
        (await ReadAsync("latest/meta-data/instance-type", token)).ShouldBe("g6.xlarge");
        (await ReadAsync("latest/meta-data/instance-life-cycle", token)).ShouldBe("spot");
        (await ReadAsync("latest/meta-data/placement/availability-zone", token)).ShouldBe("us-east-2a");
        (await ReadAsync("latest/meta-data/placement/availability-zone-id", token)).ShouldBe("use2-az1");
        (await ReadAsync("latest/meta-data/placement/region", token)).ShouldBe("us-east-2");
        (await ReadAsync("latest/meta-data/local-ipv4", token)).ShouldBe("10.20.0.4");
        (await StatusAsync("latest/meta-data/public-ipv4", token)).ShouldBe(HttpStatusCode.NotFound);
        (await ReadAsync("latest/meta-data/placement/", token)).ShouldBe(
            "availability-zone\navailability-zone-id\nregion"
        );
        (await ReadAsync("latest/meta-data", token)).ShouldContain("placement/\n");
        (await StatusAsync("latest/meta-data/nothing", token)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Tags_are_there_when_enabled_and_follow_changes()
    {
        await BootAsync(r =>
        {
            r.MetadataOptions.InstanceMetadataTags = InstanceMetadataTagsState.Enabled;
            r.TagSpecifications =
            [
                new() { ResourceType = "instance", Tags = [new("hybridllm:lease-until", "2026-11-23T18:10:00Z")] },
            ];
        });
        var token = await TokenAsync();
        (await ReadAsync("latest/meta-data/tags/instance", token)).ShouldBe("hybridllm:lease-until");
        (await ReadAsync("latest/meta-data/tags/instance/hybridllm:lease-until", token)).ShouldBe(
            "2026-11-23T18:10:00Z"
        );
        await TagAsync(new("hybridllm:lease-until", "2026-11-23T18:20:00Z"));
        (await ReadAsync("latest/meta-data/tags/instance/hybridllm:lease-until", token)).ShouldBe(
            "2026-11-23T18:20:00Z"
        );
        (await CodeOf(TagAsync(new("a/b", "c")))).ShouldBe("InvalidParameterValue");
        (await StatusAsync("latest/meta-data/tags/instance/other", token)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Tags_are_absent_when_not_enabled()
    {
        await BootAsync(r => r.TagSpecifications = [new() { ResourceType = "instance", Tags = [new("a", "b")] }]);
        var token = await TokenAsync();
        (await StatusAsync("latest/meta-data/tags/instance/a", token)).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync("latest/meta-data/tags/instance", token)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Interruption_and_rebalance_are_not_found_until_announced()
    {
        await BootAsync(r => AsSpot(r));
        var token = await TokenAsync();
        const string action = "latest/meta-data/spot/instance-action";
        const string rebalance = "latest/meta-data/events/recommendations/rebalance";
        (await StatusAsync(action, token)).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(rebalance, token)).ShouldBe(HttpStatusCode.NotFound);
        Cloud.Rebalance(_id);
        (await ReadAsync(rebalance, token)).ShouldBe("""{"noticeTime":"2026-11-23T18:00:15Z"}""");
        await Cloud.InterruptAsync(_id, withNotice: true);
        (await ReadAsync(action, token)).ShouldBe("""{"action":"terminate","time":"2026-11-23T18:02:15Z"}""");
        (await ReadAsync("latest/meta-data/spot/termination-time", token)).ShouldBe("2026-11-23T18:02:15Z");
    }

    [Fact]
    public async Task A_machine_without_power_answers_nothing()
    {
        await BootAsync();
        var token = await TokenAsync();
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [_id] }, Ct);
        var read = () => StatusAsync("latest/meta-data/instance-id", token);
        await read.ShouldThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task The_identity_document_has_aws_s_fields_and_form()
    {
        await BootAsync();
        var text = await ReadAsync("latest/dynamic/instance-identity/document", await TokenAsync());
        text.ShouldStartWith("{\n  \"accountId\" : \"123456789012\",\n");
        text.ShouldEndWith("\n}");
        using var json = JsonDocument.Parse(text);
        json.RootElement.EnumerateObject()
            .Select(p => p.Name)
            .Order()
            .ShouldBe([
                "accountId",
                "architecture",
                "availabilityZone",
                "billingProducts",
                "devpayProductCodes",
                "imageId",
                "instanceId",
                "instanceType",
                "kernelId",
                "marketplaceProductCodes",
                "pendingTime",
                "privateIp",
                "ramdiskId",
                "region",
                "version",
            ]);
        json.RootElement.GetProperty("instanceId").GetString().ShouldBe(_id);
        json.RootElement.GetProperty("pendingTime").GetString().ShouldBe("2026-11-23T18:00:00Z");
        json.RootElement.GetProperty("version").GetString().ShouldBe("2017-09-30");
        json.RootElement.GetProperty("billingProducts").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Rsa2048_holds_the_document_no_certificate_and_verifies_with_the_region_s_only()
    {
        await BootAsync();
        var token = await TokenAsync();
        var document = await ReadAsync("latest/dynamic/instance-identity/document", token);
        SignedCms cms = new();
        cms.Decode(Convert.FromBase64String(await ReadAsync("latest/dynamic/instance-identity/rsa2048", token)));
        cms.Detached.ShouldBeFalse();
        cms.Certificates.Count.ShouldBe(0);
        Encoding.UTF8.GetString(cms.ContentInfo.Content).ShouldBe(document);
        using var right = Cloud.IdentityCertificate("us-east-2");
        using var wrong = Cloud.IdentityCertificate("us-east-1");
        right.HasPrivateKey.ShouldBeFalse();
        cms.CheckSignature(new X509Certificate2Collection(right), verifySignatureOnly: true);
        var signer = cms.SignerInfos[0];
        ((X509IssuerSerial)signer.SignerIdentifier.Value!).SerialNumber.ShouldBe(right.SerialNumber);
        signer
            .SignedAttributes.Cast<CryptographicAttributeObject>()
            .ShouldContain(a => a.Oid.Value == "1.2.840.113549.1.9.5");
        Should.Throw<CryptographicException>(() =>
            cms.CheckSignature(new X509Certificate2Collection(wrong), verifySignatureOnly: true)
        );
    }

    [Fact]
    public async Task Rsa2048_is_what_openssl_verifies()
    {
        var openssl = RealTools.RequireOnPath("openssl");
        await BootAsync();
        var token = await TokenAsync();
        var folder = Directory.CreateTempSubdirectory("imds-").FullName;
        try
        {
            var pkcs7 = await ReadAsync("latest/dynamic/instance-identity/rsa2048", token);
            await File.WriteAllTextAsync(
                Path.Combine(folder, "signed"),
                $"-----BEGIN PKCS7-----\n{pkcs7}\n-----END PKCS7-----\n",
                Ct
            );
            using var certificate = Cloud.IdentityCertificate("us-east-2");
            await File.WriteAllTextAsync(Path.Combine(folder, "region.pem"), certificate.ExportCertificatePem(), Ct);
            using var process = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo(
                    openssl,
                    "cms -verify -inform PEM -in signed -certfile region.pem -noverify -nointern -out document"
                )
                {
                    WorkingDirectory = folder,
                    RedirectStandardError = true,
                }
            )!;
            await process.WaitForExitAsync(Ct);
            process.ExitCode.ShouldBe(0);
            var verified = await File.ReadAllTextAsync(Path.Combine(folder, "document"), Ct);
            verified.ShouldBe(await ReadAsync("latest/dynamic/instance-identity/document", token));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Signature_signs_the_document_s_bytes()
    {
        await BootAsync();
        var token = await TokenAsync();
        var document = Encoding.UTF8.GetBytes(await ReadAsync("latest/dynamic/instance-identity/document", token));
        var text = await ReadAsync("latest/dynamic/instance-identity/signature", token);
        text.Split('\n')[0].Length.ShouldBe(76);
        var signature = Convert.FromBase64String(text);
        signature.Length.ShouldBe(128);
        using var certificate = IdentityAuthority.Shared.SmallCertificate("us-east-2");
        using var key = certificate.GetRSAPublicKey()!;
        key.VerifyData(document, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
    }

    private async Task BootAsync(Action<RunInstancesRequest>? change = null)
    {
        var launched = await RunAsync(r =>
        {
            r.MetadataOptions = new() { HttpTokens = HttpTokensState.Required };
            change?.Invoke(r);
        });
        _id = launched.InstanceId;
        Clock.Advance(TimeSpan.FromSeconds(15));
    }

    private Task<CreateTagsResponse> TagAsync(Tag tag) =>
        Ec2.CreateTagsAsync(new() { Resources = [_id], Tags = [tag] }, Ct);

    private Uri Url(string path) => new(Cloud.Endpoint, $"imds/{_id}/{path}");

    private async Task<HttpResponseMessage> PutTokenAsync(string? seconds)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, Url("latest/api/token"));
        if (seconds is not null)
        {
            request.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", seconds);
        }

        return await _http.SendAsync(request, Ct);
    }

    private async Task<string> TokenAsync(int seconds = 21600)
    {
        using var response = await PutTokenAsync($"{seconds}");
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(Ct);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? token)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, Url(path));
        if (token is not null)
        {
            request.Headers.Add("X-aws-ec2-metadata-token", token);
        }

        return await _http.SendAsync(request, Ct);
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string? token = null)
    {
        using var response = await GetAsync(path, token);
        return response.StatusCode;
    }

    private async Task<string> ReadAsync(string path, string? token = null)
    {
        using var response = await GetAsync(path, token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        return await response.Content.ReadAsStringAsync(Ct);
    }
}
