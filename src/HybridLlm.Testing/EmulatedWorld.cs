using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Meshes;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Testing;

/// <summary>
/// Everything a hybrid cluster touches, in this process and on loopback: an AWS account whose instances boot, a mesh they join, a
/// homelab's Kubernetes if wanted, and a clock that can run at any speed. A cluster built with <see cref="EmulatedWorldExtensions.UseEmulatedWorld"/> does not know the difference.
/// </summary>
public sealed class EmulatedWorld : IAsyncDisposable
{
    private static readonly TimeSpan s_behind = TimeSpan.FromHours(3);

    private readonly DirectoryInfo _artifacts = Directory.CreateTempSubdirectory("hybridllm-artifacts-");
    private readonly EmulatedWorldOptions _options;
    private readonly EmulatedHomelab? _homelab;

    private EmulatedWorld(
        EmulatedWorldOptions options,
        VirtualClock clock,
        EmulatedMesh mesh,
        EmulatedHomelab? homelab,
        EmulatedCloud cloud
    )
    {
        _options = options;
        _homelab = homelab;
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

    /// <summary>The Kubernetes at home.</summary>
    /// <exception cref="InvalidOperationException">The world has none; <see cref="EmulatedWorldOptions.HasHomelab"/>.</exception>
    public EmulatedCluster Homelab => Home.Cluster;

    /// <summary>Path of a kubeconfig of its administrator; the file is deleted with the world.</summary>
    /// <exception cref="InvalidOperationException">The world has no homelab; <see cref="EmulatedWorldOptions.HasHomelab"/>.</exception>
    public string HomelabKubeconfig => Home.Kubeconfig;

    private EmulatedHomelab Home =>
        _homelab
        ?? throw new InvalidOperationException(
            $"This world has no homelab. Start it with {nameof(EmulatedWorldOptions.HasHomelab)}."
        );

    /// <summary>Opens a world.</summary>
    /// <param name="options">What it is like; null takes the defaults.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    public static async Task<EmulatedWorld> StartAsync(
        EmulatedWorldOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new EmulatedWorldOptions();
        var clock = options.Clock ?? new VirtualClock(TimeProvider.System.GetUtcNow() - s_behind, speed: 1);
        EmulatedMesh mesh = new(clock);
        var homelab = options.HasHomelab
            ? await EmulatedHomelab.StartAsync(clock, cancellationToken).ConfigureAwait(false)
            : null;
        if (homelab is not null)
        {
            options.Nodes.Federated += homelab.AddRoute;
        }

        EmulatedCloudOptions cloud = new()
        {
            Time = clock,
            ShutdownTime = options.ShutdownTime,
            Guest = instance => options.Guest?.Invoke(mesh, instance) ?? new NodeEmulator(mesh, options.Nodes),
        };
        return new EmulatedWorld(
            options,
            clock,
            mesh,
            homelab,
            await EmulatedCloud.StartAsync(cloud, cancellationToken).ConfigureAwait(false)
        );
    }

    /// <summary>Closes the account, and with it every node, and the homelab.</summary>
    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync().ConfigureAwait(false);
        if (_homelab is not null)
        {
            _options.Nodes.Federated -= _homelab.AddRoute;
            await _homelab.DisposeAsync().ConfigureAwait(false);
        }

        Clock.Dispose();
        _artifacts.Delete(recursive: true);
    }

    /// <summary>A folder of stand-in artifacts for a model.</summary>
    internal string Artifacts(string model)
    {
        EmulatedArtifacts.Write(_artifacts.FullName, model, _options.Artifacts.AsReadOnly(), federated: true);
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
