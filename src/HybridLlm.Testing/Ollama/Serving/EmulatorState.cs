using System.Collections.Concurrent;

namespace HybridLlm.Testing.Ollama;

/// <summary>What the endpoints share.</summary>
internal sealed class EmulatorState(OllamaEmulatorOptions options, Func<Task> kill)
{
    public OllamaEmulatorOptions Options => options;

    public TimeProvider Clock => options.TimeProvider;

    public ModelStore Models { get; } = new(options.Models, options.TimeProvider);

    public RunnerPool Runners { get; } = new(options);

    public PauseGate Gate { get; } = new();

    public ConcurrentQueue<StreamFault> Faults { get; } = new();

    public Func<Task> Kill => kill;

    /// <summary>The model of a request that is about to run it.</summary>
    /// <param name="name">Its name as given.</param>
    /// <param name="notFound">Ollama's words if it is not there; they differ from endpoint to endpoint.</param>
    public StoredModel Find(string name, Func<string, string> notFound)
    {
        if (name.EndsWith(":cloud", StringComparison.Ordinal))
        {
            throw new ReplyException(403, "ollama cloud is disabled: remote model is unavailable");
        }

        return name.Length > 0 && !ModelStore.IsValid(name)
            ? throw new ReplyException(400, "invalid model name")
            : Models.Find(name) ?? throw new ReplyException(404, notFound(name));
    }
}
