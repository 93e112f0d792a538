using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Meshes;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Testing;

/// <summary>
/// Everything a hybrid cluster touches, in this process and on loopback: an AWS account whose instances boot, a mesh they join, and a
/// clock that can run at any speed. A cluster built with <see cref="EmulatedWorldExtensions.UseEmulatedWorld"/> does not know the difference.
/// </summary>
public sealed class EmulatedWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _artifacts = Directory.CreateTempSubdirectory("hybridllm-artifacts-");
    private readonly EmulatedWorldOptions _options;

    private EmulatedWorld(EmulatedWorldOptions options, VirtualClock clock, EmulatedMesh mesh, EmulatedCloud cloud)
    {
        _options = options;
        Clock = clock;
        Mesh = mesh;
        Cloud = cloud;
    }

    /// <summary>The clock of this world.</summary>
    public VirtualClock Clock { get; }

    /// <summary>The mesh.</summary>
    public EmulatedMesh Mesh { get; }

    /// <summary>The AWS account.</summary>
    public EmulatedCloud Cloud { get; }

    /// <summary>Opens a world.</summary>
    /// <param name="options">What it is like; null takes the defaults.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    public static async Task<EmulatedWorld> StartAsync(
        EmulatedWorldOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new EmulatedWorldOptions();
        var clock = options.Clock ?? new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 1);
        EmulatedMesh mesh = new(clock);
        EmulatedCloudOptions cloud = new()
        {
            Time = clock,
            Guest = instance => options.Guest?.Invoke(mesh, instance) ?? new NodeEmulator(mesh, options.Nodes),
        };
        return new EmulatedWorld(
            options,
            clock,
            mesh,
            await EmulatedCloud.StartAsync(cloud, cancellationToken).ConfigureAwait(false)
        );
    }

    /// <summary>Closes the account, and with it every node.</summary>
    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync().ConfigureAwait(false);
        Clock.Dispose();
        _artifacts.Delete(recursive: true);
    }

    /// <summary>A folder of stand-in artifacts for a model.</summary>
    internal string Artifacts(string model)
    {
        EmulatedArtifacts.Write(_artifacts.FullName, model, _options.Artifacts.AsReadOnly());
        return _artifacts.FullName;
    }

    internal IdentityAuthorities Identities()
    {
        var authorities = IdentityAuthorities.None;
        foreach (var region in EmulatedCloud.Regions)
        {
            using var certificate = Cloud.IdentityCertificate(region);
            authorities = authorities.With(region, certificate);
        }

        return authorities;
    }

    internal void Connect(AwsClientsOptions options)
    {
        options.ServiceUrl = Cloud.Endpoint;
        options.AccessKey = new AwsAccessKey(Cloud.AccessKey, Cloud.SecretKey);
    }
}

/// <summary>Builds clusters in emulated worlds.</summary>
public static class EmulatedWorldExtensions
{
    /// <summary>Lets a cluster live in an emulated world: its AWS, its identity keys, its mesh, its clock, stand-ins for its artifacts.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="world">The world; it must outlive the cluster.</param>
    /// <param name="model">The model the artifacts hold, Ollama's name with tag.</param>
    public static HybridClusterBuilder UseEmulatedWorld(
        this HybridClusterBuilder builder,
        EmulatedWorld world,
        string model
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(world);
        return builder
            .UseAws(world.Connect)
            .UseIdentityAuthorities(world.Identities())
            .UseMeshDialer(world.Mesh)
            .UseClock(world.Clock)
            .UseArtifacts(world.Artifacts(model));
    }
}
