using System.Security.Cryptography.X509Certificates;
using HybridLlm;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.EndToEnd.Controller;
using HybridLlm.Testing.Simulation;

// A controller to be killed: up, awake, then it goes on renewing its lease until somebody ends it.
var setup = ControllerSetup.Read(await Console.In.ReadToEndAsync());
using VirtualClock clock = new(
    setup.VirtualAnchor + ((DateTimeOffset.UtcNow - setup.RealAnchor) * setup.Speed),
    setup.Speed
);
using var identity = X509Certificate2.CreateFromPem(setup.IdentityCertificate);
await using var cluster = new HybridClusterBuilder("lab")
    .WithModel(setup.Model)
    .WithSpotGpus("us-east-1")
    .WithBudget(perDay: 3)
    .WithLife(life => life with { IdleTimeout = TimeSpan.FromHours(2) })
    .UseAws(aws =>
    {
        aws.ServiceUrl = setup.Cloud;
        aws.AccessKey = new AwsAccessKey(setup.AccessKey, setup.SecretKey);
    })
    .UseIdentityAuthorities(IdentityAuthorities.None.With("us-east-1", identity))
    .UseMeshDialer(new BridgedMesh(setup.MeshPort))
    .UseClock(clock)
    .UseStateFolder(setup.StateFolder)
    .UseArtifacts(setup.ArtifactFolder)
    .Build();

await cluster.UpAsync();
Console.WriteLine("up");
await cluster.WakeAsync();
Console.WriteLine("awake");
await Task.Delay(Timeout.InfiniteTimeSpan);
