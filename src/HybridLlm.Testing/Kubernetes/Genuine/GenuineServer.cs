using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Admission;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Genuine;

/// <summary>A real API server in place of the emulated one.</summary>
internal sealed class GenuineServer : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly ClusterState _cluster;
    private readonly ServerProcesses _processes;
    private readonly GenuineApi _api;
    private readonly Mirror _mirror;
    private AdmissionServer? _admission;
    private bool _isStopped;

    private GenuineServer(ClusterState cluster, ServerProcesses processes)
    {
        _cluster = cluster;
        _processes = processes;
        _api = new GenuineApi(processes.Endpoint, cluster.Authorities);
        _mirror = new Mirror(_api, cluster.Store);
    }

    public Uri Endpoint => _processes.Endpoint;

    public IReadOnlyList<ClusterCall> Calls =>
        AuditLog.Read(_isStopped ? _processes.LastCalls : ReadShared(_processes.AuditLog));

    /// <summary>Starts one, and follows everything in it.</summary>
    /// <exception cref="InvalidOperationException">It does not start; the message has its last words.</exception>
    public static async Task<GenuineServer> StartAsync(ClusterState cluster, CancellationToken cancellationToken)
    {
        GenuineServer server = new(
            cluster,
            ServerProcesses.Start(cluster.Options.ApiServerBinaries!, cluster.Authorities, cluster.Options)
        );
        try
        {
            await server.BeginAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <exception cref="ApiFailure">The server refused.</exception>
    public JsonObject Send(ApiCall call)
    {
        try
        {
            var answer = _api.Send(call);
            _mirror.Take(call, answer);
            return answer;
        }
        // The mirror was behind: whoever tries again is to see what is there.
        catch (ApiFailure failure) when (failure.Status is 404 or 409 && call.Target.Verb != "create")
        {
            _mirror.Reread(call);
            throw;
        }
    }

    /// <summary>Makes the server ask a webhook.</summary>
    public JsonObject Configuration(IWebhook webhook) => _admission!.Configuration(webhook);

    /// <summary>Waits until the server serves what definitions define, and follows that too.</summary>
    public void Serve(IEnumerable<JsonObject> definitions)
    {
        foreach (var definition in definitions)
        {
            _cluster.Kinds.Define(definition);
        }

        using ManualResetEventSlim never = new();
        var started = TimeProvider.System.GetTimestamp();
        foreach (var kind in _cluster.Kinds.All.Where(k => k.IsCustom))
        {
            while (!_mirror.Follow(kind))
            {
                if (TimeProvider.System.GetElapsedTime(started) > s_limit)
                {
                    throw new InvalidOperationException($"The API server does not serve {kind.Resource}.");
                }

                never.Wait(s_pause);
            }
        }
    }

    /// <summary>Everything there is, read anew.</summary>
    public IEnumerable<JsonObject> All() =>
        _isStopped
            ? _cluster.Store.All().Select(s => s.Value.Open())
            : _cluster.Kinds.All.Where(k => !k.IsReview).SelectMany(k => _api.List(k)?.Objects ?? []);

    /// <summary>Kills the server. What it held can still be listed, from the mirror.</summary>
    public async ValueTask KillAsync()
    {
        if (!_isStopped)
        {
            await _processes.DisposeAsync().ConfigureAwait(false);
            _isStopped = true;
            await _mirror.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Frees everything; the controllers beside it have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        if (_admission is not null)
        {
            await _admission.DisposeAsync().ConfigureAwait(false);
        }

        _api.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await _api.IsReadyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_processes.WhyEnded() is { } why)
            {
                throw new InvalidOperationException(why);
            }

            if (TimeProvider.System.GetElapsedTime(started) > s_limit)
            {
                throw new InvalidOperationException($"The API server is not ready after {s_limit}.");
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        foreach (var kind in BuiltInKinds.All.Where(k => !k.IsReview))
        {
            _mirror.Follow(kind);
        }

        var (certificate, key) = _cluster.Authorities.IssueClient(
            "kube-controller-manager",
            [Access.ClusterUser.Masters]
        );
        _processes.StartControllers(
            Kubeconfig.WithCertificate(
                _cluster.Options.Name,
                Endpoint,
                _cluster.Authorities.ServerAuthorityPem,
                "kube-controller-manager",
                certificate,
                key
            )
        );
        _admission = await AdmissionServer.StartAsync(_cluster, cancellationToken).ConfigureAwait(false);
    }

    private static string ReadShared(string path)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        return reader.ReadToEnd();
    }
}
