using System.Collections.Concurrent;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.QuickStart;

/// <summary>How time passes, fast while machines boot and as it is while somebody reads along, and how fast the model speaks.</summary>
internal sealed class Pace
{
    /// <summary>Virtual seconds per real second while nobody has anything to read.</summary>
    public const double Fast = 80;

    /// <summary>While an answer streams.</summary>
    public const double Real = 1;

    private static readonly TimeSpan s_load = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_firstToken = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentBag<OllamaEmulatorOptions> _models = [];

    // A model of eight billion parameters on a GPU of this class: about 40 tokens a second.
    private TimeSpan _token = TimeSpan.FromMilliseconds(25);

    /// <summary>Sets the pace of a node's model, now and whenever it changes.</summary>
    public void Ollama(OllamaEmulatorOptions options)
    {
        options.LoadTime = s_load;
        options.PromptTime = s_firstToken;
        options.TokenInterval = _token;
        _models.Add(options);
    }

    /// <summary>Makes every model, running or to come, speak at another pace.</summary>
    public void SpeakEvery(TimeSpan token)
    {
        _token = token;
        foreach (var model in _models)
        {
            model.TokenInterval = token;
        }
    }
}
