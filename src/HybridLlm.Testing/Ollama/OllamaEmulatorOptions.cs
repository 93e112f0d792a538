namespace HybridLlm.Testing.Ollama;

/// <summary>What an <see cref="OllamaEmulator"/> has and how fast it is. By default it takes no time at all.</summary>
public sealed class OllamaEmulatorOptions
{
    /// <summary>The clock for everything that takes time; give a virtual one to control it.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Models on disk.</summary>
    public IReadOnlyList<EmulatedModel> Models { get; set; } = [new() { Name = "llama3.1:8b" }];

    /// <summary>What generates the text.</summary>
    public IOllamaEngine Engine { get; set; } = new ScriptedEngine();

    /// <summary>The version it says it is.</summary>
    public string Version { get; set; } = "0.33.0";

    /// <summary>Time to load a model.</summary>
    public TimeSpan LoadTime { get; set; }

    /// <summary>Time from the request, or the load, to the first token.</summary>
    public TimeSpan PromptTime { get; set; }

    /// <summary>Time between two tokens.</summary>
    public TimeSpan TokenInterval { get; set; }

    /// <summary>Requests of one model answered at once (<c>OLLAMA_NUM_PARALLEL</c>).</summary>
    public int Parallel { get; set; } = 1;

    /// <summary>Models resident at once (<c>OLLAMA_MAX_LOADED_MODELS</c>).</summary>
    public int MaxLoadedModels { get; set; } = 3;

    /// <summary>Requests that may wait for a load (<c>OLLAMA_MAX_QUEUE</c>); one more gets 503. Requests for a resident model wait without limit.</summary>
    public int MaxQueue { get; set; } = 512;

    /// <summary>How long an unused model stays (<c>OLLAMA_KEEP_ALIVE</c>); negative is for ever.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest a load may take (<c>OLLAMA_LOAD_TIMEOUT</c>).</summary>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Context of a request that names none, tokens (<c>OLLAMA_CONTEXT_LENGTH</c>).</summary>
    public int ContextLength { get; set; } = 4096;

    /// <summary>GPU memory, bytes; what does not fit is reported as lying in system memory.</summary>
    public long GpuMemoryBytes { get; set; } = long.MaxValue;
}
