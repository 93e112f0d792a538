#region embedding
using HybridLlm;
using HybridLlm.Testing;
using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.AI;

// A cloud on loopback, 50 times faster than life. To rent for real, leave the world out and name UseArtifacts(FOLDER) instead.
await using var world = await EmulatedWorld.StartAsync(new() { Clock = new VirtualClock(DateTimeOffset.UtcNow, 50) });
await using var cluster = new HybridClusterBuilder("lab")
    .WithModel("llama3.1:8b")
    .WithSpotGpus("us-east-1", gpu => gpu with { MaxHourlyPrice = 0.60m })
    .WithBudget(perDay: 3.00m)
    .WithHomelab(home => home with { LanRange = "192.168.1.0/24" })
    .UseStateFolder(Directory.CreateTempSubdirectory("hybridllm-").FullName)
    .UseEmulatedWorld(world, "llama3.1:8b")
    .Build();

Console.WriteLine(await cluster.PlanAsync()); // what would be made and what it costs; reads only
await cluster.UpAsync(); // network, bucket, lighthouse: cents a day, no GPU
await foreach (var update in cluster.ChatClient.GetStreamingResponseAsync("Why is the sky blue?")) // rents a GPU
{
    Console.Write(update.Text);
}

Console.WriteLine($"\n{await cluster.DownAsync()}"); // gives everything back; a receipt says what a fresh scan found
#endregion
