namespace HybridLlm.Ollama.Fitting;

/// <summary>A file is no GGUF file, is cut off, or its header lacks what decides its memory.</summary>
public sealed class GgufException : OllamaException
{
    internal GgufException(string file, string fault)
        : base($"{file} cannot be read as GGUF: {fault}", "Download it again, or convert it with a current llama.cpp.")
    { }
}
