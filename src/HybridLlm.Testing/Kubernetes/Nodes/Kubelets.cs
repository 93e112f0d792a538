using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>The kubelets of the cluster's own nodes: they register them, run their pods and finish the pods' deletion.</summary>
internal sealed class Kubelets(ClusterState cluster) : IController, IAsyncDisposable
{
    private readonly ClusterClient _client = new(cluster, "kubelet");
    private readonly Dictionary<string, PodRun> _runs = new(StringComparer.Ordinal);
    private int _lastAddress = 1;
    private bool _isRegistered;

    public DateTimeOffset? Reconcile()
    {
        Register();
        DateTimeOffset? first = null;
        var names = cluster.Options.Nodes.Select(n => n.Name).ToHashSet();
        var pods = _client.List("v1", "Pod").Where(p => names.Contains(p.TextAt("spec", "nodeName") ?? "")).ToList();
        foreach (var pod in pods)
        {
            var due = Reconcile(pod);
            first = due is null || first < due ? first : due;
        }

        StopLost([.. pods.Select(p => p.Uid())]);
        return first;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs.Values)
        {
            await run.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Register()
    {
        if (_isRegistered)
        {
            return;
        }

        _isRegistered = true;
        foreach (var node in cluster.Options.Nodes)
        {
            NodeRegistration.Register(_client, node, cluster.Options.Version);
        }
    }

    private DateTimeOffset? Reconcile(JsonObject pod)
    {
        if (pod.IsDeleting())
        {
            if (_runs.Remove(pod.Uid(), out var ending))
            {
                ending.Stop();
            }

            _client.Delete(pod, graceSeconds: 0);
            return null;
        }

        if (pod.TextAt("status", "phase") is "Succeeded" or "Failed")
        {
            return null;
        }

        if (!_runs.TryGetValue(pod.Uid(), out var run))
        {
            _runs[pod.Uid()] = run = new PodRun(cluster, _client, pod, NextAddress());
        }

        return run.Advance();
    }

    private void StopLost(HashSet<string> there)
    {
        foreach (var uid in _runs.Keys.Except(there).ToArray())
        {
            _runs.Remove(uid, out var lost);
            lost!.Stop();
        }
    }

    private IPAddress NextAddress()
    {
        var octets = IPNetwork.Parse(cluster.Options.PodCidr).BaseAddress.GetAddressBytes();
        var n = ++_lastAddress;
        return IPAddress.Parse(
            string.Create(CultureInfo.InvariantCulture, $"{octets[0]}.{octets[1]}.{n / 250 % 256}.{n % 250 + 2}")
        );
    }
}
