namespace HybridLlm.Ollama;

/// <summary>Model names as Ollama lists them.</summary>
internal static class ModelName
{
    /// <summary>The name with its tag: one without means <c>:latest</c>.</summary>
    public static string Full(string model) =>
        model.LastIndexOf(':') > model.LastIndexOf('/') ? model : model + ":latest";
}
