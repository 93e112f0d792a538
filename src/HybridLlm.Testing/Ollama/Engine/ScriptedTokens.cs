using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>How scripted models take text apart: a token begins at every space and line.</summary>
internal static class ScriptedTokens
{
    // Letters have two to four bytes, so that tokens end inside them.
    private const int MultiByteToken = 3;

    /// <summary>The tokens of one word, with its leading space.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(string word, EmulatedVoice voice)
    {
        ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(word);
        if (voice != EmulatedVoice.MultiByte)
        {
            return [bytes];
        }

        return Enumerable
            .Range(0, (bytes.Length + MultiByteToken - 1) / MultiByteToken)
            .Select(i => bytes[(i * MultiByteToken)..Math.Min(bytes.Length, (i + 1) * MultiByteToken)]);
    }

    /// <summary>How many tokens a text is when read.</summary>
    public static int Count(string text, EmulatedVoice voice)
    {
        var starts = text.Count(c => c is ' ' or '\n') + (text.Length > 0 && text[0] is not (' ' or '\n') ? 1 : 0);
        return voice == EmulatedVoice.MultiByte
            ? text.Split(' ')
                .Select(
                    (w, i) => (Encoding.UTF8.GetByteCount(w) + (i > 0 ? 1 : 0) + MultiByteToken - 1) / MultiByteToken
                )
                .Sum()
            : starts;
    }
}
