using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>One pod's life on an emulated node.</summary>
internal sealed class PodRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterState _cluster;
    private readonly ClusterClient _client;
    private readonly JsonObject _pod;
    private readonly PodSandbox _sandbox;
    private readonly DateTimeOffset _due;
    private Task? _running;

    public PodRun(ClusterState cluster, ClusterClient client, JsonObject pod, IPAddress address)
    {
        _cluster = cluster;
        _client = client;
        _pod = pod;
        _due = cluster.Now + cluster.Options.PodStartTime;
        _sandbox = new PodSandbox(
            pod.Namespace(),
            pod.Name(),
            pod.TextAt("spec", "nodeName")!,
            address,
            Encoding.UTF8.GetString(pod.ToBytes()),
            _ => Report("Running", isReady: true, "")
        );
    }

    /// <summary>Starts it when it is time to; the time when it is.</summary>
    public DateTimeOffset? Advance()
    {
        if (_running is not null)
        {
            return null;
        }

        if (_cluster.Now < _due)
        {
            return _due;
        }

        _running = Task.Run(RunAsync);
        return null;
    }

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_running is not null)
        {
            await _running.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        if (_cluster.Options.Pods is not { } runtime)
        {
            Report("Running", isReady: true, "");
            return;
        }

        // Whatever the restart policy: what exits here is replaced by its ReplicaSet, not restarted in place.
        var (phase, why) = await RunAsync(runtime).ConfigureAwait(false);
        if (!_stop.IsCancellationRequested)
        {
            Report(phase, isReady: false, why);
        }
    }

    private async Task<(string Phase, string Why)> RunAsync(IPodRuntime runtime)
    {
        try
        {
            await runtime.RunAsync(_sandbox, _stop.Token).ConfigureAwait(false);
            return ("Succeeded", "");
        }
        catch (Exception died)
        {
            return ("Failed", died.Message);
        }
    }

    private void Report(string phase, bool isReady, string message)
    {
        while (_client.Find("v1", "Pod", _pod.Namespace(), _pod.Name()) is { } pod && pod.Uid() == _pod.Uid())
        {
            Describe(pod, phase, isReady, message);
            try
            {
                _client.UpdateStatus(pod);
                return;
            }
            // Somebody else wrote in between: once more, on what is there now.
            catch (ApiFailure failure) when (failure.Status is 404 or 409) { }
        }
    }

    private void Describe(JsonObject pod, string phase, bool isReady, string message)
    {
        var now = _cluster.NowText;
        var status = pod.Make("status");
        status["phase"] = phase;
        status["podIP"] = _sandbox.Address.ToString();
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = _sandbox.Address.ToString() });
        status["hostIP"] = _cluster.Options.Nodes.First(n => n.Name == _sandbox.NodeName).Address;
        status.SetIfAbsent("startTime", now);
        foreach (var type in new[] { "Initialized", "ContainersReady", "Ready" })
        {
            var value = type == "Initialized" || isReady;
            Conditions.Set(status, type, value, value ? "" : "ContainersNotReady", "", now);
        }

        status["containerStatuses"] = new JsonArray([
            .. pod.ObjectsAt("spec", "containers").Select(c => (JsonNode)Container(c, phase, isReady, message, now)),
        ]);
    }

    private static JsonObject Container(JsonObject container, string phase, bool isReady, string message, string now)
    {
        JsonObject terminated = new()
        {
            ["exitCode"] = phase == "Failed" ? 1 : 0,
            ["reason"] = phase == "Failed" ? "Error" : "Completed",
            ["message"] = message,
        };
        return new JsonObject
        {
            ["name"] = container.TextAt("name"),
            ["image"] = container.TextAt("image"),
            ["imageID"] = "",
            ["ready"] = isReady,
            ["started"] = phase == "Running",
            ["restartCount"] = 0,
            ["state"] =
                phase == "Running"
                    ? new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } }
                    : new JsonObject { ["terminated"] = terminated },
        };
    }
}
