// Native code has no reflection to fall back on: a certificate, a call of AWS and a streamed answer each go their whole way,
// against a server in the same process.
using System.Net;
using System.Text;
using HybridLlm.AwsGpu;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Ollama.Fitting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

const string Regions = """
    <DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>
    <regionInfo><item><regionName>eu-west-1</regionName><regionEndpoint>e</regionEndpoint></item></regionInfo>
    </DescribeRegionsResponse>
    """;
const string Answer = """
    {"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"native "},"done":false}
    {"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"answer"},"done":false}
    {"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":1,"load_duration":1,"prompt_eval_count":3,"prompt_eval_duration":1,"eval_count":2,"eval_duration":1}

    """;

using HttpListener listener = new();
Uri address = new("http://127.0.0.1:47811/");
listener.Prefixes.Add(address.AbsoluteUri);
listener.Start();
_ = Task.Run(ServeAsync);

var now = TimeProvider.System.GetUtcNow();
var authority = await CertificateAuthority.CreateAsync(
    new CaCertificateRequest
    {
        Name = "home",
        NotBefore = now,
        NotAfter = now.AddYears(1),
    },
    CaKeyPair.Generate()
);
var certificate = await authority.IssueAsync(
    new HostCertificateRequest
    {
        Name = "nas",
        PublicKey = HostKeyPair.Generate().PublicKey,
        Networks = [NebulaPrefix.Parse("10.42.48.1/16")],
        NotBefore = now,
    }
);
new CaPool([authority.Certificate]).Verify(certificate, now).ThrowIfInvalid();
Console.WriteLine($"Nebula: issued and verified {certificate.Name}.");

using AwsClients aws = new(
    new AwsClientsOptions { ServiceUrl = address, AccessKey = new AwsAccessKey("AKIDEXAMPLE", "secret") }
);
Expect(string.Join(' ', await aws.ListRegionsAsync()), "eu-west-1");
Console.WriteLine("AwsGpu: signed a call and read its answer.");

ServiceCollection services = new();
services.AddHybridOllama(o => (o.Address, o.Model) = (address, "m"));
await using var provider = services.BuildServiceProvider();
StringBuilder text = new();
await foreach (var update in provider.GetRequiredService<IChatClient>().GetStreamingResponseAsync("Hello"))
{
    text.Append(update.Text);
}

Expect(text.ToString(), "native answer");
var need = MemoryEstimator.Estimate(WellKnownModels.Get("llama3.1:8b"), 8192);
Expect($"{MemoryFit.FewestGpus(need, 15L << 30)}", "1");
Console.WriteLine("Ollama: streamed an answer through a registered IChatClient, and fitted a model.");

static void Expect(string said, string expected)
{
    if (said != expected)
    {
        throw new InvalidOperationException($"'{said}' is not '{expected}'.");
    }
}

async Task ServeAsync()
{
    while (true)
    {
        var context = await listener.GetContextAsync();
        using StreamReader body = new(context.Request.InputStream);
        var isAws = (await body.ReadToEndAsync()).Contains("Action=", StringComparison.Ordinal);
        context.Response.ContentType = isAws ? "text/xml" : "application/x-ndjson";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(isAws ? Regions : Answer));
        context.Response.Close();
    }
}
