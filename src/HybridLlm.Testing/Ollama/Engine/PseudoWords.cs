using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// Words made of hashes. A word's first syllables depend on all text before it; its last two hide, under a hash of what comes
/// before them, how many words are left. So an answer can be taken up anywhere from its text alone, and one lost or doubled
/// character makes every later word another.
/// </summary>
internal sealed class PseudoWords
{
    private readonly string[] _onsets;
    private readonly string[] _vowels;

    private PseudoWords(IEnumerable<string> onsets, IEnumerable<string> vowels) =>
        (_onsets, _vowels) = ([.. onsets], [.. vowels]);

    /// <summary>Latin letters.</summary>
    public static PseudoWords Latin { get; } =
        new([.. "bcdfghjklmnpqrstvwxyz".Select(c => $"{c}"), "br", "dr", "gr", "kr", "tr"], ["a", "e", "i", "o", "u"]);

    /// <summary>Letters of two, three and four bytes.</summary>
    public static PseudoWords MultiByte { get; } =
        new([.. "бвгджзклмнпрстфхцчшщ日月火水木金".Select(c => $"{c}")], ["é", "ö", "山", "🎉", "🚀"]);

    private int Syllables => _onsets.Length * _vowels.Length;

    /// <summary>The word after <paramref name="prefix"/>, with its leading space.</summary>
    /// <param name="prefix">All text before the word.</param>
    /// <param name="choice">What else decides: model, options and, if chosen at random, seed and step.</param>
    /// <param name="left">Words that follow this one.</param>
    public string Make(string prefix, string choice, int left)
    {
        var random = Hash("word", choice, prefix);
        StringBuilder word = new(" ");
        for (var i = 0; i < 1 + (int)(random % 2); i++)
        {
            word.Append(Syllable((int)((random >> (8 + (i * 8))) % (uint)Syllables)));
        }

        var hidden = (left + Mask(prefix, word.ToString())) % (Syllables * Syllables);
        return word.Append(Syllable(hidden / Syllables)).Append(Syllable(hidden % Syllables)).ToString();
    }

    /// <summary>How many words are left after the text's last word; null if that is none of ours, or was cut or changed.</summary>
    public int? Left(string text, int most)
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
        var hidden = (syllables[^2] * Syllables) + syllables[^1];
        var count = Syllables * Syllables;
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

    private int Mask(string prefix, string body) => (int)(Hash("left", prefix, body) % (uint)(Syllables * Syllables));

    private string Syllable(int number) => _onsets[number / _vowels.Length] + _vowels[number % _vowels.Length];

    private List<int>? Split(string word)
    {
        List<int> syllables = [];
        var (start, at) = (0, 0);
        while (at < word.Length)
        {
            var vowel = Array.FindIndex(_vowels, v => string.CompareOrdinal(word, at, v, 0, v.Length) == 0);
            if (vowel < 0)
            {
                at++;
                continue;
            }

            var onset = Array.IndexOf(_onsets, word[start..at]);
            if (onset < 0)
            {
                return null;
            }

            syllables.Add((onset * _vowels.Length) + vowel);
            start = at += _vowels[vowel].Length;
        }

        return start == word.Length ? syllables : null;
    }
}
