namespace HybridLlm.Ollama.Kubernetes;

/// <summary>
/// What a container of Ollama's image runs, for <c>/bin/bash -c</c>, where a pod is written by other means than <see cref="OllamaWorkload"/>. They
/// need <c>OLLAMA_HOST=0.0.0.0:PORT</c> and <c>HYBRIDLLM_MODEL</c>, the model's name with tag.
/// </summary>
public static class WorkloadScripts
{
    /// <summary>The container's command: serves, has the model on the disk and in memory, and stays as long as the server does.</summary>
    public static string Start { get; } = Read("start");

    /// <summary>A probe, for start and readiness: succeeds when the model is in GPU memory, all of it.</summary>
    public static string Ready { get; } = Read("ready");

    /// <summary>A preStop hook: waits until nobody is connected, for <c>HYBRIDLLM_DRAIN_SECONDS</c> at most.</summary>
    public static string Drain { get; } = Read("drain");

    private static string Read(string name)
    {
        using StreamReader reader = new(
            typeof(WorkloadScripts).Assembly.GetManifestResourceStream($"workload-{name}.sh")!
        );
        return reader.ReadToEnd();
    }
}
