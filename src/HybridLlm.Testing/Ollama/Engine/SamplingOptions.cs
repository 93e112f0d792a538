using System.Globalization;

namespace HybridLlm.Testing.Ollama;

/// <summary>The options of a request that change its text, with Ollama's defaults.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 or less always takes the likeliest token.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Choose among so many of the likeliest.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Choose among the likeliest whose probabilities sum to this.</summary>
    public double TopP { get; init; } = 0.9;

    /// <summary>Leave out what is less likely than this times the likeliest.</summary>
    public double MinP { get; init; }

    /// <summary>Starts the random choice; below 0 is another for every request.</summary>
    public long Seed { get; init; } = -1;

    /// <summary>Makes repeating unlikelier; 1 does nothing.</summary>
    public double RepeatPenalty { get; init; } = 1;

    /// <summary>How many tokens back the penalties look.</summary>
    public int RepeatLastN { get; init; } = 64;

    /// <summary>Makes what has occurred unlikelier; 0 does nothing.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Makes what has occurred often unlikelier; 0 does nothing.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>True if the text depends on nothing but the prompt and the penalties.</summary>
    public bool Greedy => Temperature <= 0 || TopK == 1;

    /// <summary>What distinguishes the texts of one prompt, apart from the seed.</summary>
    internal string Fingerprint
    {
        get
        {
            var penalties = string.Create(
                CultureInfo.InvariantCulture,
                $"{RepeatPenalty}/{(RepeatPenalty == 1 ? 0 : RepeatLastN)}/{PresencePenalty}/{FrequencyPenalty}"
            );
            return Greedy
                ? penalties
                : string.Create(CultureInfo.InvariantCulture, $"{penalties}/{Temperature}/{TopK}/{TopP}/{MinP}");
        }
    }
}
