namespace HybridLlm.Ollama;

/// <summary>The two native endpoints that generate text.</summary>
public enum OllamaApi
{
    /// <summary><c>POST /api/chat</c>: messages, rendered by the model's template.</summary>
    Chat,

    /// <summary><c>POST /api/generate</c>: one prompt, rendered by the template or, with <c>raw</c>, taken as it is.</summary>
    Generate,
}
