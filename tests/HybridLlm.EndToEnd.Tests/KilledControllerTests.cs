using System.Diagnostics;
using HybridLlm.EndToEnd.Controller;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>The process that rented a GPU dies without a word. The cloud lives on in this one.</summary>
public sealed class KilledControllerTests
{
    private const double Speed = 50;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_node_ends_itself_with_its_lease_and_the_next_down_leaves_nothing()
    {
        await using var world = await TestWorld.StartAsync(options =>
            options.Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), Speed)
        );
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var controller = Start(world, BridgedMesh.Serve(world.World.Mesh, end.Token));
        await AwaitLineAsync(controller, "awake");
        // On a busy machine it may be the second: one that does not get an answer in time is replaced.
        var id = world.World.Cloud.Instances.Last(i => i is { Market: Market.Spot, State: "running" }).InstanceId;
        EmulatedInstance Spot() => world.World.Cloud.Instances.Single(i => i.InstanceId == id);

        controller.Kill();
        await controller.WaitForExitAsync(Token);
        var killed = world.World.Clock.GetUtcNow();
        while (Spot().State == "running")
        {
            await Task.Delay(TimeSpan.FromSeconds(20), world.World.Clock, Token);
        }

        Spot().StateReason.ShouldBe("Client.InstanceInitiatedShutdown");
        // The lease is ten minutes; the node looks at it every ten seconds.
        (world.World.Clock.GetUtcNow() - killed).ShouldBeLessThan(TimeSpan.FromMinutes(11));

        await using var next = world.Cluster();
        var receipt = await next.DownAsync(cancellationToken: Token);
        receipt.Left.ShouldBe(0);
        world.World.Cloud.Snapshot().ShouldBeEmpty();
        await end.CancelAsync();
    }

    private static Process Start(TestWorld world, int meshPort)
    {
        EmulatedArtifacts.Write(world.ArtifactFolder, TestWorld.Model);
        using var identity = world.World.Cloud.IdentityCertificate("us-east-1");
        ControllerSetup setup = new()
        {
            Cloud = world.World.Cloud.Endpoint,
            AccessKey = world.World.Cloud.AccessKey,
            SecretKey = world.World.Cloud.SecretKey,
            IdentityCertificate = identity.ExportCertificatePem(),
            StateFolder = world.StateFolder,
            ArtifactFolder = world.ArtifactFolder,
            Model = TestWorld.Model,
            MeshPort = meshPort,
            VirtualAnchor = world.World.Clock.GetUtcNow(),
            RealAnchor = DateTimeOffset.UtcNow,
            Speed = Speed,
        };
        var program = typeof(ControllerSetup).Assembly.Location;
        ProcessStartInfo start = new("dotnet", [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.StandardInput.Write(setup.ToJson());
        process.StandardInput.Close();
        return process;
    }

    private static async Task AwaitLineAsync(Process process, string expected)
    {
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            if (line == expected)
            {
                return;
            }
        }

        Assert.Fail($"The controller ended before it said '{expected}'.");
    }
}
