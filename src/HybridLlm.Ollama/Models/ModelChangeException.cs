namespace HybridLlm.Ollama.Models;

/// <summary>The server began to pull or make a model and could not. It says so under HTTP 200, in the stream.</summary>
public sealed class ModelChangeException : OllamaException
{
    internal ModelChangeException(string action, string model, string error)
        : base($"Ollama could not {action} {model}: {error}", RemedyFor(error))
    {
        Model = model;
        Error = error;
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The server's own words, e.g. <c>pull model manifest: file does not exist</c>; what we say if it said nothing.</summary>
    public string Error { get; }

    private static string RemedyFor(string error) =>
        error.Contains("file does not exist", StringComparison.Ordinal)
            ? "Correct the name or the tag: the registry has no such model."
        : error.Contains("digest mismatch", StringComparison.Ordinal)
            ? "Pull again: what arrived was broken and has been thrown away."
        : error.Contains("no such file", StringComparison.Ordinal)
            ? "Upload the file first; the recipe names a digest the server does not have."
        : error.Contains("no space", StringComparison.Ordinal) ? "Free disk space on the server."
        : "Try again, which goes on where it broke off; if it fails again, check that the server reaches the registry.";
}

/// <summary>A model's name stands for other weights, template or parameters than were pinned.</summary>
public sealed class ModelDigestException : OllamaException
{
    internal ModelDigestException(string model, string pinned, string found)
        : base(
            $"{model} is {found} now, and {pinned} was pinned.",
            "Pin the new digest once you have looked at the model, or copy the old one from a server that still has it."
        )
    {
        Model = model;
        Pinned = pinned;
        Found = found;
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The digest that was wanted, 64 hex digits.</summary>
    public string Pinned { get; }

    /// <summary>The digest the server has, 64 hex digits.</summary>
    public string Found { get; }
}
