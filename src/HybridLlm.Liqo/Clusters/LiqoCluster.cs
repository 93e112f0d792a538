using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Resources;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Clusters;

/// <summary>A cluster with a Liqo that was looked at once: who it is, and which version it runs.</summary>
public sealed class LiqoCluster
{
    /// <summary>Namespace Liqo is installed into unless told otherwise.</summary>
    public const string DefaultNamespace = "liqo";

    private const string IdSelector = "app.kubernetes.io/name=clusterid-configmap";
    private const string IdKey = "CLUSTER_ID";
    private const string VersionLabel = "app.kubernetes.io/version";
    private static readonly TimeSpan s_pollPause = TimeSpan.FromSeconds(2);

    private readonly ClusterConnection _connection;

    private LiqoCluster(ClusterConnection connection, string liqoNamespace, string id, LiqoVersion? version)
    {
        _connection = connection;
        LiqoNamespace = liqoNamespace;
        Id = id;
        Version = version;
        Credentials = new KeptCredentials(this);
    }

    /// <summary>The cluster's id among its peers.</summary>
    public string Id { get; }

    /// <summary>Version of the installed chart; null when it is a build without a version, which is taken as it comes.</summary>
    public LiqoVersion? Version { get; }

    /// <summary>Namespace of Liqo's own components.</summary>
    public string LiqoNamespace { get; }

    /// <summary>Address of the API server.</summary>
    public Uri Server => _connection.Server;

    internal ClusterConnection Connection => _connection;

    internal KubernetesPort Port => _connection.Port;

    internal TimeProvider Time => _connection.Time;

    /// <summary>What it shows its providers when it is a consumer.</summary>
    internal KeptCredentials Credentials { get; }

    internal ILogger<T> Logger<T>() => _connection.Logger<T>();

    /// <summary>Reads the cluster's id and version.</summary>
    /// <param name="connection">The way to the cluster; the caller keeps and disposes it.</param>
    /// <param name="liqoNamespace">Namespace of Liqo's components.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="LiqoInstallationException">There is no Liqo, or a version that cannot be used.</exception>
    /// <exception cref="KubernetesCallException">The cluster refuses the read.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public static async Task<LiqoCluster> ConnectAsync(
        ClusterConnection connection,
        string liqoNamespace = DefaultNamespace,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(liqoNamespace);
        Selection ids = new(Kinds.ConfigMap, liqoNamespace) { Labels = IdSelector };
        var found = await connection.Port.ListAsync(ids, cancellationToken).ConfigureAwait(false);
        if (found.Items is not [ConfigMap { Data: { } data } map])
        {
            throw new LiqoInstallationException(
                connection.Server,
                $"namespace '{liqoNamespace}' has {found.Items.Count} ConfigMaps labelled {IdSelector}, Liqo's has 1",
                "Install Liqo on this cluster, or name the namespace it is installed in."
            );
        }

        var version = LiqoVersion.Parse(map.Label(VersionLabel));
        if (version?.Objection is { } objection)
        {
            throw new LiqoInstallationException(
                connection.Server,
                $"it runs Liqo {version}; {objection}",
                $"Install Liqo {LiqoVersion.Target}.",
                version
            );
        }

        return data.GetValueOrDefault(IdKey) is { Length: > 0 } id
            ? new LiqoCluster(connection, liqoNamespace, id, version)
            : throw new LiqoInstallationException(
                connection.Server,
                $"the ConfigMap '{map.Name}' has no {IdKey}",
                "Set discovery.config.clusterID in Liqo's chart.",
                version
            );
    }

    /// <summary>
    /// Waits until a cluster that may still be booting answers and its Liqo is ready to peer: id and keys are made, and
    /// every Deployment of it runs.
    /// </summary>
    /// <param name="connection">The way to the cluster; the caller keeps and disposes it.</param>
    /// <param name="patience">Longest wait.</param>
    /// <param name="liqoNamespace">Namespace of Liqo's components.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LiqoInstallationException">Patience ran out, or the version cannot be used.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster did not answer within the patience.</exception>
    /// <exception cref="KubernetesCallException">The cluster still refused when patience ran out.</exception>
    public static async Task<LiqoCluster> WaitUntilReadyAsync(
        ClusterConnection connection,
        TimeSpan patience,
        string liqoNamespace = DefaultNamespace,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        var started = connection.Time.GetTimestamp();
        while (true)
        {
            try
            {
                var cluster = await ConnectAsync(connection, liqoNamespace, cancellationToken).ConfigureAwait(false);
                await cluster.EnsureReadyAsync(cancellationToken).ConfigureAwait(false);
                return cluster;
            }
            catch (LiqoException notYet)
                when (notYet is not LiqoInstallationException { Version.Objection: not null }
                    && connection.Time.GetElapsedTime(started) < patience
                )
            {
                await Task.Delay(s_pollPause, connection.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A peering user sees neither keys nor Deployments; it was given out by a Liqo that runs.</summary>
    private async Task EnsureReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAtComponentsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.Forbidden)
        {
            // What may not be seen cannot be waited for.
        }
    }

    private async Task LookAtComponentsAsync(CancellationToken cancellationToken)
    {
        var keys = await Port.GetAsync(Kinds.Secret, LiqoNamespace, LiqoNames.KeysSecret, cancellationToken)
            .ConfigureAwait(false);
        if (keys is null)
        {
            throw NotReady($"Liqo has not made its keys (Secret '{LiqoNames.KeysSecret}') yet");
        }

        var deployments = await Port.ListAsync(new Selection(Kinds.Deployment, LiqoNamespace), cancellationToken)
            .ConfigureAwait(false);
        List<string> late =
        [
            .. deployments.Items.Cast<Deployment>().Where(d => (d.Status?.ReadyReplicas ?? 0) == 0).Select(d => d.Name),
        ];
        if (late.Count > 0)
        {
            throw NotReady($"of Liqo's Deployments these do not run yet: {string.Join(", ", late)}");
        }
    }

    private LiqoInstallationException NotReady(string problem) =>
        new(
            Server,
            problem,
            $"Look at the pods in namespace '{LiqoNamespace}', then run the same step again.",
            Version
        );
}
