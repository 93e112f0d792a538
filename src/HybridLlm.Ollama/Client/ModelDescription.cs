using System.Text.Json;

namespace HybridLlm.Ollama;

/// <summary>How a model is made up, from <c>POST /api/show</c>.</summary>
public sealed record ModelDescription
{
    /// <summary>The model as a Modelfile.</summary>
    public required string Modelfile { get; init; }

    /// <summary>Go template of its prompts; empty if it has none.</summary>
    public required string Template { get; init; }

    /// <summary>Default options, one <c>name value</c> a line; empty if it has none.</summary>
    public required string Parameters { get; init; }

    /// <summary>Name of the built-in renderer that stands in for the template; null if it has none.</summary>
    public string? Renderer { get; init; }

    /// <summary>Name of the built-in parser that splits thinking and tool calls from the answer; null if it has none.</summary>
    public string? Parser { get; init; }

    /// <summary>What it can do, e.g. <c>completion</c>, <c>tools</c>, <c>thinking</c>, <c>embedding</c>.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>The GGUF header's values by key, e.g. <c>llama.block_count</c>; long arrays are left out by the server.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Info { get; init; }
}
