namespace HybridLlm.Ollama.Fitting;

/// <summary>How keys and values are stored: the server's <c>OLLAMA_KV_CACHE_TYPE</c>.</summary>
public enum KvCacheType
{
    /// <summary>2 bytes a number (<c>f16</c>); the default.</summary>
    F16,

    /// <summary>34 bytes a block of 32 numbers (<c>q8_0</c>). Needs flash attention.</summary>
    Q8,

    /// <summary>18 bytes a block of 32 numbers (<c>q4_0</c>). Needs flash attention; costs some quality.</summary>
    Q4,
}
