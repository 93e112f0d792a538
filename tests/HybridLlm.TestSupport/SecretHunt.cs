using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace HybridLlm.TestSupport;

/// <summary>
/// Looks for secrets in bytes: as they are, in hexadecimal, in base64 at any alignment, and below layers of percent encoding, line breaks, base64
/// and gzip, such as user data travels in.
/// </summary>
public sealed partial class SecretHunt
{
    private const int Shortest = 16;
    private const int DeepestLayer = 4;
    private static readonly byte[] s_gzip = [0x1f, 0x8b, 0x08];
    private readonly List<(string Name, byte[] Needle)> _needles = [];

    /// <summary>Names of the secrets looked for.</summary>
    public IReadOnlyList<string> Names => [.. _needles.Select(n => n.Name).Distinct()];

    /// <summary>Looks for a secret from now on.</summary>
    /// <param name="name">What it is called when it is found.</param>
    /// <param name="secret">Its bytes, 16 or more.</param>
    public void Add(string name, ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, Shortest);
        var bytes = secret.ToArray();
        _needles.Add((name, bytes));
        _needles.Add((name, Encoding.ASCII.GetBytes(Convert.ToHexString(bytes))));
        _needles.Add((name, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes))));
        for (var before = 0; before < 3; before++)
        {
            // The characters that depend on nothing but the secret, wherever in a longer text it begins.
            var text = Convert.ToBase64String([.. new byte[before], .. bytes, .. new byte[3]]);
            var from = ((before * 8) + 5) / 6;
            var core = text[from..((before + bytes.Length) * 8 / 6)];
            _needles.Add((name, Encoding.ASCII.GetBytes(core)));
            _needles.Add((name, Encoding.ASCII.GetBytes(core.Replace('+', '-').Replace('/', '_'))));
        }
    }

    /// <summary>Looks for a secret text.</summary>
    /// <param name="name">What it is called when it is found.</param>
    /// <param name="secret">The text, 16 characters or more.</param>
    public void Add(string name, string secret) => Add(name, Encoding.UTF8.GetBytes(secret));

    /// <summary>Names of the secrets that are in there, in whatever dress.</summary>
    /// <param name="haystack">Where to look.</param>
    public IReadOnlyList<string> FindIn(params IEnumerable<byte[]> haystack)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (var layer in haystack.SelectMany(h => Layers(h, depth: 0)))
        {
            found.UnionWith(_needles.Where(n => layer.AsSpan().IndexOf(n.Needle) >= 0).Select(n => n.Name));
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<byte[]> Layers(byte[] bytes, int depth)
    {
        yield return bytes;
        if (depth == DeepestLayer)
        {
            yield break;
        }

        var inner = Unzipped(bytes).ToList();
        // Latin-1 keeps every byte as one character, so that text in the midst of anything is found.
        var text = Encoding.Latin1.GetString(bytes);
        if (text.Contains('%', StringComparison.Ordinal) && WebUtility.UrlDecode(text) is var plain && plain != text)
        {
            inner.Add(Encoding.Latin1.GetBytes(plain));
        }

        var unbroken = text.Replace("\\n", "", StringComparison.Ordinal).Replace("\r", "").Replace("\n", "");
        if (unbroken.Length != text.Length)
        {
            inner.Add(Encoding.Latin1.GetBytes(unbroken));
        }

        foreach (Match run in Base64Run().Matches(unbroken))
        {
            // A run may begin anywhere in a longer one of the same alphabet.
            for (var start = 0; start < 4; start++)
            {
                var length = (run.Length - start) / 4 * 4;
                var chunk = run.Value.Substring(start, length).TrimEnd('=');
                var padded = chunk.PadRight((chunk.Length + 3) / 4 * 4, '=');
                if (TryDecode(padded) is { } decoded && (start == 0 || decoded.AsSpan().StartsWith(s_gzip)))
                {
                    inner.Add(decoded);
                }
            }
        }

        foreach (var layer in inner.SelectMany(i => Layers(i, depth + 1)))
        {
            yield return layer;
        }
    }

    private static byte[]? TryDecode(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? buffer[..length] : null;
    }

    private static IEnumerable<byte[]> Unzipped(byte[] bytes)
    {
        for (var at = 0; bytes.AsSpan(at).IndexOf(s_gzip) is var next and >= 0; at += next + 1)
        {
            using MemoryStream output = new();
            try
            {
                using GZipStream gzip = new(
                    new MemoryStream(bytes, at + next, bytes.Length - at - next),
                    CompressionMode.Decompress
                );
                gzip.CopyTo(output);
            }
            catch (InvalidDataException)
            {
                // What was unzipped before the end of it counts.
            }

            if (output.Length > 0)
            {
                yield return output.ToArray();
            }
        }
    }

    [GeneratedRegex("[A-Za-z0-9+/]{40,}={0,2}")]
    private static partial Regex Base64Run();
}
