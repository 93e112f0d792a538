namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>Runs what the pods of emulated nodes contain, e.g. an <see cref="Ollama.OllamaEmulator"/>.</summary>
public interface IPodRuntime
{
    /// <summary>Runs one pod until it is stopped. It is ready when it says so.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="stopped">Ends when the pod is deleted or its node dies.</param>
    /// <returns>Ends when the pod's containers have exited; by itself means success, by an exception means failure.</returns>
    Task RunAsync(PodSandbox pod, CancellationToken stopped);
}
