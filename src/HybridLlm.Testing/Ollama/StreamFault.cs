namespace HybridLlm.Testing.Ollama;

/// <summary>How a stream fails.</summary>
public enum StreamFaultKind
{
    /// <summary>The connection ends without the terminal chunk, at a line end; the server lives on.</summary>
    Cut,

    /// <summary>The whole server is killed, as by <see cref="OllamaEmulator.KillAsync"/>.</summary>
    Kill,

    /// <summary>The model's runner crashes: every stream of the model ends with an error line.</summary>
    RunnerCrash,

    /// <summary>The stream ends cleanly, but no line says done.</summary>
    EndWithoutDone,

    /// <summary>The server falls silent and keeps the connection open, until <see cref="OllamaEmulator.Resume"/>.</summary>
    Hang,
}

/// <summary>A failure of one stream, planned ahead.</summary>
/// <param name="Kind">How it fails.</param>
/// <param name="AfterLines">Lines sent before; 0 fails before the response's head. A shorter answer ends unharmed.</param>
public sealed record StreamFault(StreamFaultKind Kind, int AfterLines);
