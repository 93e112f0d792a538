using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Genuine;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes;

/// <summary>
/// A Kubernetes cluster on loopback: an API server that KubernetesClient drives unmodified over TLS, and, unless told otherwise, the
/// controllers, scheduler and kubelets behind it.
/// </summary>
public sealed class EmulatedCluster : IAsyncDisposable
{
    private readonly ClusterAuthorities? _own;
    private readonly List<ControllerLoop> _controllers = [];
    private readonly X509Certificate2? _certificate;
    private readonly TlsListener? _server;
    private Task? _stopped;

    private EmulatedCluster(
        ClusterState state,
        ClusterAuthorities? own,
        X509Certificate2? certificate,
        TlsListener? server
    )
    {
        State = state;
        _own = own;
        _certificate = certificate;
        _server = server;
        if (state.Options.Controllers)
        {
            _controllers.Add(ControllerLoop.Start(state, BuiltInControllers.Of(state)));
        }

        AdminKubeconfig = CreateKubeconfig("admin", [ClusterUser.Masters]);
    }

    /// <summary>Where the API server answers, e.g. <c>https://127.0.0.1:41235/</c>.</summary>
    public Uri Server => _server?.Endpoint ?? State.Genuine!.Endpoint;

    /// <summary>Its certificate authorities.</summary>
    public ClusterAuthorities Authorities => State.Authorities;

    /// <summary>A kubeconfig of group <c>system:masters</c>, by client certificate.</summary>
    public string AdminKubeconfig { get; }

    /// <summary>Whether it answers; false once it was killed or disposed.</summary>
    public bool IsAlive => _stopped is null;

    /// <summary>Every call that came over the wire, in the order of the answers; a watch counts when it begins.</summary>
    public IReadOnlyList<ClusterCall> Calls => State.Genuine?.Calls ?? State.Calls.All;

    /// <summary>Trouble on purpose.</summary>
    public ClusterFaults Faults => State.Faults;

    internal ClusterState State { get; }

    /// <summary>Starts a cluster on a free port of 127.0.0.1.</summary>
    /// <param name="options">What it is like; null takes the defaults.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<EmulatedCluster> StartAsync(
        EmulatedClusterOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new EmulatedClusterOptions();
        var own = options.Authorities is null ? ClusterAuthorities.Create(options.Time) : null;
        ClusterState state = new(options, options.Authorities ?? own!);
        if (options.ApiServerBinaries is not null)
        {
            state.Genuine = await GenuineServer.StartAsync(state, cancellationToken).ConfigureAwait(false);
            return new EmulatedCluster(state, own, null, null);
        }

        FirstObjects.Create(new ClusterClient(state, "kube-apiserver"));
        var certificate = state.Authorities.IssueServer(options.TlsNames);
        ApiServer api = new(state);
        var server = await TlsListener
            .StartAsync(api.HandleAsync, certificate, cancellationToken)
            .ConfigureAwait(false);
        return new EmulatedCluster(state, own, certificate, server);
    }

    /// <summary>A kubeconfig of a user by client certificate; what the user may do is up to the cluster's roles.</summary>
    /// <param name="user">User name.</param>
    /// <param name="groups">Groups.</param>
    public string CreateKubeconfig(string user, params IEnumerable<string> groups)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        var (certificate, key) = Authorities.IssueClient(user, groups);
        return Kubeconfig.WithCertificate(
            State.Options.Name,
            Server,
            Authorities.ServerAuthorityPem,
            user,
            certificate,
            key
        );
    }

    /// <summary>
    /// A kubeconfig of a user by bearer token, or by certificate where the API server is a real one; what the user may do is up to the
    /// cluster's roles.
    /// </summary>
    /// <param name="user">User name, e.g. <c>system:serviceaccount:default:app</c>.</param>
    /// <param name="groups">Groups.</param>
    public string CreateTokenKubeconfig(string user, params IEnumerable<string> groups)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        if (State.Genuine is not null)
        {
            return CreateKubeconfig(user, groups);
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        State.Authenticator.AddToken(token, ClusterUser.Of(user, groups));
        return Kubeconfig.WithToken(State.Options.Name, Server, Authorities.ServerAuthorityPem, user, token);
    }

    /// <summary>
    /// Every object there is, by <c>apiVersion Kind namespace/name</c> in order, as JSON with sorted keys. Versions, uids and times are
    /// masked and owners of fields are left out, so that two listings are equal when nothing has changed or everything was put back.
    /// </summary>
    public IReadOnlyDictionary<string, string> Listing() => ClusterListing.Of(State);

    /// <summary>
    /// Ends it at once, as when its machine is taken away: open connections break, new ones are refused, no controller acts any
    /// more. What it held can still be listed.
    /// </summary>
    public Task KillAsync() => _stopped ??= StopAsync();

    /// <summary>The same as <see cref="KillAsync"/>, and frees the keys.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        if (State.Genuine is { } genuine)
        {
            await genuine.DisposeAsync().ConfigureAwait(false);
        }

        _certificate?.Dispose();
        _own?.Dispose();
    }

    /// <summary>Further controllers that end when the cluster does.</summary>
    internal void Ending(ControllerLoop controllers) => _controllers.Add(controllers);

    private async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        if (State.Genuine is { } genuine)
        {
            await genuine.KillAsync().ConfigureAwait(false);
        }

        foreach (var controllers in _controllers)
        {
            await controllers.DisposeAsync().ConfigureAwait(false);
        }
    }
}
