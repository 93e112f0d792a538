using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>A machine that knows the user data of a GPU node and does something else with it than the boot script.</summary>
internal sealed class Intruder(Func<Intruder, InstanceGuest, Task> attack) : IInstanceGuest
{
    private static readonly HttpClient s_http = new();

    private readonly X25519PrivateKey _nebula = X25519PrivateKey.Create();
    private readonly X25519PrivateKey _mailbox = X25519PrivateKey.Create();

    public NodeBoot Boot { get; private set; } = null!;

    public async Task RunAsync(InstanceGuest instance, CancellationToken poweredOff)
    {
        Boot = NodeUserData.Parse(instance.UserData.Span);
        await attack(this, instance);
        await Task.Delay(Timeout.InfiniteTimeSpan, instance.Time, poweredOff);
    }

    /// <summary>The identity document that a metadata service signs.</summary>
    public static async Task<string> IdentityAsync(Uri metadata)
    {
        using HttpRequestMessage ask = new(HttpMethod.Put, new Uri(metadata, "latest/api/token"));
        ask.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "60");
        using var token = (await s_http.SendAsync(ask)).EnsureSuccessStatusCode();
        using HttpRequestMessage get = new(
            HttpMethod.Get,
            new Uri(metadata, "latest/dynamic/instance-identity/rsa2048")
        );
        get.Headers.Add("X-aws-ec2-metadata-token", await token.Content.ReadAsStringAsync());
        using var document = (await s_http.SendAsync(get)).EnsureSuccessStatusCode();
        return (await document.Content.ReadAsStringAsync()).ReplaceLineEndings("");
    }

    public NodeRequest Request(string identity) => NodeRequest.Create(Boot, _nebula, _mailbox.PublicKey, identity);

    /// <summary>Asks with keys of its own and a document.</summary>
    public async Task AskAsync(string identity) =>
        (await PutAsync(Request(identity).Bytes.ToArray())).ShouldBe(HttpStatusCode.OK);

    public Task<HttpStatusCode> PutAsync(byte[] content, bool onlyIfNew = true) =>
        PutAsync(Boot.RequestUrl, content, onlyIfNew);

    private static async Task<HttpStatusCode> PutAsync(Uri url, byte[] content, bool onlyIfNew)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, url) { Content = new ByteArrayContent(content) };
        if (onlyIfNew)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        }

        using var response = await s_http.SendAsync(request);
        return response.StatusCode;
    }
}
