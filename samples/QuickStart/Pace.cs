using HybridLlm.Testing.Ollama;

namespace HybridLlm.QuickStart;

/// <summary>How time passes: fast while machines boot, as it is while somebody reads along.</summary>
internal static class Pace
{
    /// <summary>Virtual seconds per real second while nobody has anything to read.</summary>
    public const double Fast = 50;

    /// <summary>While an answer streams.</summary>
    public const double Real = 1;

    private static readonly TimeSpan s_load = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_firstToken = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_token = TimeSpan.FromMilliseconds(25);

    /// <summary>A model of eight billion parameters on a GPU of this class: about 40 tokens a second.</summary>
    public static void Ollama(OllamaEmulatorOptions options)
    {
        options.LoadTime = s_load;
        options.PromptTime = s_firstToken;
        options.TokenInterval = s_token;
    }
}
