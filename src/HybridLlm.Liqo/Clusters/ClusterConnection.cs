using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.KubeConfigModels;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Clusters;

/// <summary>A way to one cluster's API server. Thread-safe; dispose it after everything that uses it.</summary>
public sealed class ClusterConnection : IDisposable
{
    private readonly Kubernetes _client;
    private readonly ClusterConnectionOptions _options;

    private ClusterConnection(string source, KubernetesClientConfiguration config, ClusterConnectionOptions? options)
    {
        _options = options ?? new ClusterConnectionOptions();
        config.FirstMessageHandlerSetup = handler =>
        {
            // A watch holds a stream open, and one HTTP/2 connection carries only about a hundred.
            handler.EnableMultipleHttp2Connections = true;
            if (_options.Dial is { } dial)
            {
                handler.UseProxy = false;
                handler.ConnectCallback = (context, token) => dial(context.DnsEndPoint, token);
            }
        };
        try
        {
            _client = new Kubernetes(config, [.. _options.Handlers]);
        }
        catch (Exception unusable) when (unusable is CryptographicException or FormatException or IOException)
        {
            throw new KubeconfigException(
                source,
                "its certificates or its key cannot be loaded",
                "Check that embedded data are base64, and use a user with an RSA or ECDSA key: .NET cannot load Ed25519, which "
                    + "liqoctl's peering users have by default."
            );
        }

        AuthorityPem = config.SslCaCerts is { Count: > 0 } authorities
            ? string.Concat(authorities.Select(a => a.ExportCertificatePem() + "\n"))
            : null;
        Port = new KubernetesPort(new KubernetesTransport(_client, _options), _options.Time);
    }

    /// <summary>Address of the API server.</summary>
    public Uri Server => _client.BaseUri;

    internal KubernetesPort Port { get; }

    /// <summary>The authorities the server's certificate is checked with, PEM; null takes the system's.</summary>
    internal string? AuthorityPem { get; }

    /// <summary>Opens a plain connection to a host, the way this connection does.</summary>
    internal async Task<Stream> DialAsync(DnsEndPoint endpoint, CancellationToken cancellationToken)
    {
        if (_options.Dial is { } dial)
        {
            return await dial(endpoint, cancellationToken).ConfigureAwait(false);
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal TimeProvider Time => _options.Time;

    internal ILogger<T> Logger<T>() => _options.LoggerFactory.CreateLogger<T>();

    /// <summary>Connects as a kubeconfig's current context says. Asks the server nothing yet.</summary>
    /// <param name="kubeconfig">Content of the kubeconfig.</param>
    /// <param name="options">How the server is reached; null for the defaults.</param>
    /// <exception cref="KubeconfigException">The text is no usable kubeconfig.</exception>
    public static ClusterConnection FromKubeconfig(string kubeconfig, ClusterConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(kubeconfig);
        return From(
            "text",
            () =>
            {
                using MemoryStream stream = new(Encoding.UTF8.GetBytes(kubeconfig));
                return KubernetesClientConfiguration.LoadKubeConfig(stream);
            },
            context: null,
            options
        );
    }

    /// <summary>Connects as a context of a kubeconfig file says. Asks the server nothing yet.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="context">Context to take; null takes the current one.</param>
    /// <param name="options">How the server is reached; null for the defaults.</param>
    /// <exception cref="KubeconfigException">The file is missing or no usable kubeconfig.</exception>
    public static ClusterConnection FromKubeconfigFile(
        string path,
        string? context = null,
        ClusterConnectionOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(path);
        FileInfo file = new(path);
        return file.Exists
            ? From($"'{path}'", () => KubernetesClientConfiguration.LoadKubeConfig(file), context, options)
            : throw new KubeconfigException($"'{path}'", "there is no such file", "Give the path of a kubeconfig.");
    }

    /// <summary>
    /// Connects from inside a pod with its service account. Asks the server nothing yet. The token's file is read before each call, so a
    /// token that Kubernetes has replaced holds from the next call on.
    /// </summary>
    /// <param name="options">How the server is reached; null for the defaults.</param>
    /// <exception cref="KubeconfigException">
    /// This process runs in no pod, its pod has no service account, or the account's authorities cannot be read.
    /// </exception>
    public static ClusterConnection InCluster(ClusterConnectionOptions? options = null)
    {
        const string Source = "of this pod";
        if (!KubernetesClientConfiguration.IsInCluster())
        {
            throw new KubeconfigException(
                Source,
                "this process runs in no pod with a service account",
                "Run it in the cluster with a mounted service account, or give a kubeconfig."
            );
        }

        KubernetesClientConfiguration config;
        try
        {
            config = KubernetesClientConfiguration.InClusterConfig();
        }
        catch (Exception unusable)
            when (unusable
                    is k8s.Exceptions.KubeConfigException
                        or CryptographicException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            throw Unreadable();
        }

        // A file without any certificate loads as well.
        if (config.SslCaCerts is not { Count: > 0 })
        {
            throw Unreadable();
        }

        config.TokenProvider = new ServiceAccountToken();
        return new ClusterConnection(Source, config, options);

        static KubeconfigException Unreadable() =>
            new(
                Source,
                "the files of its service account cannot be read",
                "Look at ca.crt and token in the pod's service account volume, and at who may read them."
            );
    }

    /// <summary>Closes every connection.</summary>
    public void Dispose()
    {
        Port.Dispose();
        _client.Dispose();
    }

    private static ClusterConnection From(
        string source,
        Func<K8SConfiguration> load,
        string? context,
        ClusterConnectionOptions? options
    )
    {
        K8SConfiguration? content;
        try
        {
            content = load();
        }
        // The parser quotes what it stumbles over, which may be a key: its message goes no further.
        catch (Exception unreadable) when (unreadable is not OutOfMemoryException)
        {
            throw new KubeconfigException(source, "it is not YAML of kind Config", "Give the whole kubeconfig.");
        }

        List<string> faults = [.. Faults(content, context).OfType<string>()];
        if (faults.Count > 0)
        {
            throw new KubeconfigException(
                source,
                string.Join("; ", faults),
                "Correct it, or name another context that is complete."
            );
        }

        try
        {
            return new ClusterConnection(
                source,
                KubernetesClientConfiguration.BuildConfigFromConfigObject(content, context),
                options
            );
        }
        catch (Exception unusable)
            when (unusable
                    is k8s.Exceptions.KubeConfigException
                        or FormatException
                        or CryptographicException
                        or IOException
            )
        {
            throw new KubeconfigException(
                source,
                "its certificates, key or credential command cannot be used",
                "Check that embedded data are base64 and that named files and commands exist."
            );
        }
    }

    private static IEnumerable<string?> Faults(K8SConfiguration? content, string? wanted)
    {
        if (content is null)
        {
            return ["it is empty"];
        }

        var name = wanted ?? content.CurrentContext;
        if (string.IsNullOrEmpty(name))
        {
            return ["it has no current-context"];
        }

        var context = content.Contexts?.FirstOrDefault(c => c.Name == name)?.ContextDetails;
        if (context is null)
        {
            return [$"it has no context '{name}'"];
        }

        var server = content.Clusters?.FirstOrDefault(c => c.Name == context.Cluster)?.ClusterEndpoint?.Server;
        return
        [
            server is null
                ? $"context '{name}' names cluster '{context.Cluster}', which has no server"
                : (Uri.TryCreate(server, UriKind.Absolute, out _) ? null : $"server '{server}' is no URL"),
            content.Users?.Any(u => u.Name == context.User) == true
                ? null
                : $"context '{name}' names user '{context.User}', who is not in it",
        ];
    }
}
