using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Meshes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Nodes;

/// <summary>Runs the pods of a GPU node: an <see cref="OllamaEmulator"/> for one with a container <c>ollama</c>, nothing for others.</summary>
internal sealed class NodePods(NodeFiles files, MeshPeer peer, NodeEmulatorOptions options, TimeProvider time)
    : IPodRuntime
{
    public async Task RunAsync(PodSandbox pod, CancellationToken stopped)
    {
        var spec = KubeJson.TryParse(Encoding.UTF8.GetBytes(pod.Manifest)).ObjectAt("spec")!;
        if (OllamaPodReader.Knows(spec))
        {
            await RunOllamaAsync(spec, pod.Address, pod.ReportReady, stopped).ConfigureAwait(false);
        }
        else
        {
            pod.ReportReady();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopped).ConfigureAwait(false);
        }
    }

    /// <summary>Runs Ollama until it is stopped.</summary>
    /// <param name="spec">The pod's spec.</param>
    /// <param name="address">The pod's address; what is on the node's network does not answer there.</param>
    /// <param name="ready">Told once it answers.</param>
    /// <param name="stopped">Stops it.</param>
    /// <exception cref="NodeBootException">It would not answer.</exception>
    public async Task RunOllamaAsync(JsonObject spec, IPAddress address, Action ready, CancellationToken stopped)
    {
        var pod = new OllamaPodReader(spec, files, peer.Address).Read(peer.Certificate.Name);
        OllamaEmulatorOptions ollama = new()
        {
            TimeProvider = time,
            Models = [.. pod.Models.Select(m => new EmulatedModel { Name = m })],
            ContextLength = pod.ContextTokens,
            Parallel = pod.Parallel,
        };
        options.ConfigureOllama?.Invoke(ollama);
        var server = await OllamaEmulator.StartAsync(ollama, stopped).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            IPEndPoint listener = new(IPAddress.Loopback, server.Address.Port);
            using var atNode = pod.NodePort is { } nodePort ? peer.Serve(nodePort, listener) : null;
            using var atPod = pod.PodPort is { } podPort
                ? peer.Serve(new IPEndPoint(address, podPort), listener)
                : null;
            ready();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopped).ConfigureAwait(false);
        }
    }
}
