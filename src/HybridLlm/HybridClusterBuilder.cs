using HybridLlm.Applying;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Reaching;
using HybridLlm.Specs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridLlm;

/// <summary>
/// Says what is wanted: <c>With…</c> describes the cluster, <c>Use…</c> the surroundings it is controlled from. Nothing is asked
/// or made before <see cref="HybridCluster"/> is told to.
/// </summary>
/// <param name="name">Name of the cluster: 1 to 20 lower-case letters, digits and hyphens, a letter first.</param>
public sealed class HybridClusterBuilder(string name)
{
    private ModelSpec _model = new() { Name = "" };
    private ModelCacheKind _cache = ModelCacheKind.BucketToNvme;
    private GpuSpec _gpu = new() { Region = "us-east-1" };
    private BudgetSpec _budget = new();
    private HomelabSpec _homelab = new();
    private MeshSpec _mesh = new();
    private LifeSpec _life = new();
    private FederationSpec? _federation;
    private Action<AwsClientsOptions> _aws = _ => { };
    private IdentityAuthorities _identities = IdentityAuthorities.Aws;
    private IMeshDialer _dialer = new HostMeshDialer();
    private TimeProvider _clock = TimeProvider.System;
    private ILoggerFactory _loggers = NullLoggerFactory.Instance;
    private string? _stateFolder;
    private ArtifactOrigin _artifacts = new(Folder: null);

    /// <summary>The model to serve.</summary>
    /// <param name="model">Ollama's name with tag, e.g. <c>llama3.1:8b</c>.</param>
    /// <param name="contextTokens">Context window, 256 to 1048576 tokens.</param>
    /// <param name="parallel">Requests answered at the same time, 1 to 64.</param>
    public HybridClusterBuilder WithModel(string model, int contextTokens = 8192, int parallel = 1)
    {
        _model = new ModelSpec
        {
            Name = model,
            ContextTokens = contextTokens,
            Parallel = parallel,
        };
        return this;
    }

    /// <summary>
    /// Where nodes have the model from; without this, from the bucket to the node's own disk, which costs least and binds to no zone. Plans show
    /// what a volume costs and which offers are lost to it.
    /// </summary>
    /// <param name="cache">The way; snapshots are not supported here.</param>
    public HybridClusterBuilder WithModelCache(ModelCacheKind cache)
    {
        _cache = cache;
        return this;
    }

    /// <summary>Where spot GPUs are rented, and how.</summary>
    /// <param name="region">AWS region.</param>
    /// <param name="configure">Changes to the defaults, e.g. <c>gpu => gpu with { MaxHourlyPrice = 0.60m }</c>.</param>
    public HybridClusterBuilder WithSpotGpus(string region, Func<GpuSpec, GpuSpec>? configure = null)
    {
        _gpu = new GpuSpec { Region = region };
        _gpu = configure?.Invoke(_gpu) ?? _gpu;
        return this;
    }

    /// <summary>What it may cost, everything counted; at least one of the two.</summary>
    /// <param name="perDay">Most a calendar day (UTC) may cost, USD; null does not limit.</param>
    /// <param name="perMonth">Most a calendar month (UTC) may cost, USD; null does not limit.</param>
    public HybridClusterBuilder WithBudget(decimal? perDay = null, decimal? perMonth = null)
    {
        _budget = new BudgetSpec { PerDay = perDay, PerMonth = perMonth };
        return this;
    }

    /// <summary>The networks at home, so that nothing collides with them.</summary>
    /// <param name="configure">Changes to the defaults.</param>
    public HybridClusterBuilder WithHomelab(Func<HomelabSpec, HomelabSpec> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _homelab = configure(_homelab);
        return this;
    }

    /// <summary>The range of the Nebula mesh; without this, the planner chooses one.</summary>
    /// <param name="range">CIDR, /16.</param>
    public HybridClusterBuilder WithMesh(string range)
    {
        _mesh = new MeshSpec { Range = range };
        return this;
    }

    /// <summary>Idle timeout, lease, boot deadline and maximum life.</summary>
    /// <param name="configure">Changes to the defaults.</param>
    public HybridClusterBuilder WithLife(Func<LifeSpec, LifeSpec> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _life = configure(_life);
        return this;
    }

    /// <summary>
    /// Federates each GPU cluster to the homelab's Kubernetes by Liqo, so that Ollama is a pod at home; without this, nothing at home
    /// is touched.
    /// </summary>
    /// <param name="kubeconfigFile">Path of a kubeconfig of the homelab.</param>
    /// <param name="configure">Changes to the defaults.</param>
    public HybridClusterBuilder WithFederation(
        string kubeconfigFile,
        Func<FederationSpec, FederationSpec>? configure = null
    )
    {
        _federation = new FederationSpec { KubeconfigFile = kubeconfigFile };
        _federation = configure?.Invoke(_federation) ?? _federation;
        return this;
    }

    /// <summary>How AWS is reached; without this, by AWS's default credential chain. The clock and the loggers are the cluster's.</summary>
    /// <param name="configure">Sets the options.</param>
    public HybridClusterBuilder UseAws(Action<AwsClientsOptions> configure)
    {
        _aws = configure ?? throw new ArgumentNullException(nameof(configure));
        return this;
    }

    /// <summary>Whose signatures on instance identity documents count; without this, AWS's.</summary>
    /// <param name="authorities">AWS's keys with regions added, or an emulator's.</param>
    public HybridClusterBuilder UseIdentityAuthorities(IdentityAuthorities authorities)
    {
        _identities = authorities ?? throw new ArgumentNullException(nameof(authorities));
        return this;
    }

    /// <summary>How connections into the mesh are opened; without this, through the Nebula of this machine.</summary>
    /// <param name="dialer">The dialer.</param>
    public HybridClusterBuilder UseMeshDialer(IMeshDialer dialer)
    {
        _dialer = dialer ?? throw new ArgumentNullException(nameof(dialer));
        return this;
    }

    /// <summary>The clock of everything: leases, budgets, timers.</summary>
    /// <param name="clock">The clock.</param>
    public HybridClusterBuilder UseClock(TimeProvider clock)
    {
        _clock = clock ?? throw new ArgumentNullException(nameof(clock));
        return this;
    }

    /// <summary>Where journal and keys are kept; without this, <c>hybridllm/NAME</c> in the user's local application data.</summary>
    /// <param name="folder">A folder of this cluster's own.</param>
    public HybridClusterBuilder UseStateFolder(string folder)
    {
        _stateFolder = folder;
        return this;
    }

    /// <summary>What nodes install: a folder with a <c>catalogue.json</c>. docs/operations.md says what belongs into it.</summary>
    /// <param name="folder">The folder.</param>
    public HybridClusterBuilder UseArtifacts(string folder)
    {
        _artifacts = new ArtifactOrigin(folder);
        return this;
    }

    /// <summary>
    /// What nodes install, from upstream: <see cref="HybridCluster.UpAsync"/> downloads what the folder lacks and checks each file against its
    /// publisher's list of hashes and your pin. Files nobody publishes, such as container images, are put into the folder by hand.
    /// </summary>
    /// <param name="folder">A folder to keep them in.</param>
    /// <param name="upstream">What belongs into it; docs/operations.md has an example.</param>
    /// <param name="http">What downloads; the caller disposes it. Null takes a client of the cluster's own.</param>
    public HybridClusterBuilder UseArtifacts(
        string folder,
        IReadOnlyList<UpstreamArtifact> upstream,
        HttpClient? http = null
    )
    {
        ArgumentNullException.ThrowIfNull(upstream);
        _artifacts = new ArtifactOrigin(folder, upstream, http);
        return this;
    }

    /// <summary>Where log lines go.</summary>
    /// <param name="loggers">The factory.</param>
    public HybridClusterBuilder UseLoggers(ILoggerFactory loggers)
    {
        _loggers = loggers ?? throw new ArgumentNullException(nameof(loggers));
        return this;
    }

    /// <summary>What is wrong with what has been said so far; empty when nothing is.</summary>
    public IReadOnlyList<SpecFault> Check() => SpecCheck.Faults(Spec());

    /// <summary>The cluster, checked but untouched: nothing is read, made or rented by this.</summary>
    /// <exception cref="HybridClusterFaultsException">Something is wrong; every fault is named.</exception>
    public HybridCluster Build()
    {
        HybridClusterFaultsException.ThrowIfAny(Check());
        AwsClientsOptions options = new();
        _aws(options);
        options.Time = _clock;
        options.LoggerFactory = _loggers;
        return new HybridCluster(
            new HybridClusterSurroundings
            {
                Spec = Spec(),
                Aws = options,
                Identities = _identities,
                Dialer = _dialer,
                Clock = _clock,
                StateFolder = _stateFolder ?? Journals.StateFolder.DefaultPath(name),
                Artifacts = _artifacts,
            }
        );
    }

    private HybridClusterSpec Spec() =>
        new()
        {
            Name = name,
            Model = _model with { Cache = _cache },
            Gpu = _gpu,
            Budget = _budget,
            Homelab = _homelab,
            Mesh = _mesh,
            Life = _life,
            Federation = _federation,
        };
}
