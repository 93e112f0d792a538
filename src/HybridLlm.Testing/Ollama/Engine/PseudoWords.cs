using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// Words made of hashes. A word's first syllables depend on all text before it; its last two hide, under a hash of what comes
/// before them, how many words are left. So an answer can be taken up anywhere from its text alone, and one lost or doubled
/// character makes every later word another.
/// </summary>
internal static class PseudoWords
{
    private const string Vowels = "aeiou";

    private static readonly string[] s_onsets =
    [
        .. "bcdfghjklmnpqrstvwxyz".Select(c => c.ToString()),
        "br",
        "dr",
        "gr",
        "kr",
        "tr",
    ];

    private static readonly int s_syllables = s_onsets.Length * Vowels.Length;

    /// <summary>The word after <paramref name="prefix"/>, with its leading space.</summary>
    /// <param name="prefix">All text before the word.</param>
    /// <param name="choice">What else decides: model, options and, if chosen at random, seed and step.</param>
    /// <param name="left">Words that follow this one.</param>
    public static string Make(string prefix, string choice, int left)
    {
        var random = Hash("word", choice, prefix);
        StringBuilder word = new(" ");
        for (var i = 0; i < 1 + (int)(random % 2); i++)
        {
            word.Append(Syllable((int)((random >> (8 + (i * 8))) % (uint)s_syllables)));
        }

        var mask = Mask(prefix, word.ToString());
        var hidden = (left + mask) % (s_syllables * s_syllables);
        return word.Append(Syllable(hidden / s_syllables)).Append(Syllable(hidden % s_syllables)).ToString();
    }

    /// <summary>How many words are left after the text's last word; null if that is none of ours, or was cut or changed.</summary>
    public static int? Left(string text, int most)
    {
        var start = text.LastIndexOf(' ');
        if (start < 0)
        {
            return null;
        }

        var syllables = Split(text[(start + 1)..]);
        if (syllables is not { Count: 3 or 4 })
        {
            return null;
        }

        var body = " " + string.Concat(syllables.SkipLast(2).Select(Syllable));
        var hidden = (syllables[^2] * s_syllables) + syllables[^1];
        var count = s_syllables * s_syllables;
        var left = (hidden - Mask(text[..start], body) + count) % count;
        return left <= most ? left : null;
    }

    /// <summary>A number that any change of any part changes.</summary>
    public static ulong Hash(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData("\0"u8);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(hash.GetHashAndReset());
    }

    private static int Mask(string prefix, string body) =>
        (int)(Hash("left", prefix, body) % (uint)(s_syllables * s_syllables));

    private static string Syllable(int number) => s_onsets[number / Vowels.Length] + Vowels[number % Vowels.Length];

    private static List<int>? Split(string word)
    {
        List<int> syllables = [];
        var start = 0;
        for (var i = 0; i < word.Length; i++)
        {
            var vowel = Vowels.IndexOf(word[i], StringComparison.Ordinal);
            if (vowel < 0)
            {
                continue;
            }

            var onset = Array.IndexOf(s_onsets, word[start..i]);
            if (onset < 0)
            {
                return null;
            }

            syllables.Add((onset * Vowels.Length) + vowel);
            start = i + 1;
        }

        return start == word.Length ? syllables : null;
    }
}
