using System.Buffers;
using System.IO.Compression;
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
        // One pass for all of them; which one it is matters only when there is one.
        var any = SearchValues.Create(
            [.. _needles.Select(n => Encoding.Latin1.GetString(n.Needle))],
            StringComparison.Ordinal
        );
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (var layer in haystack.SelectMany(h => Layers(h, depth: 0)))
        {
            if (Encoding.Latin1.GetString(layer).AsSpan().ContainsAny(any))
            {
                found.UnionWith(_needles.Where(n => layer.AsSpan().IndexOf(n.Needle) >= 0).Select(n => n.Name));
            }
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<byte[]> Layers(byte[] bytes, int depth)
    {
        var plain = Unescaped(bytes);
        // Latin-1 keeps every byte as one character, so that text in the midst of anything is found.
        var unbroken = Encoding
            .Latin1.GetString(plain)
            .Replace("\\n", "", StringComparison.Ordinal)
            .Replace("\r", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal);
        yield return bytes;
        if (plain.Length != bytes.Length)
        {
            yield return plain;
        }

        if (unbroken.Length != plain.Length)
        {
            yield return Encoding.Latin1.GetBytes(unbroken);
        }

        if (depth < DeepestLayer)
        {
            foreach (var inner in Unzipped(bytes).Concat(Decoded(unbroken)).SelectMany(i => Layers(i, depth + 1)))
            {
                yield return inner;
            }
        }
    }

    private static byte[] Unescaped(byte[] bytes)
    {
        if (!bytes.Contains((byte)'%'))
        {
            return bytes;
        }

        List<byte> plain = new(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (
                bytes[i] == '%'
                && i + 2 < bytes.Length
                && char.IsAsciiHexDigit((char)bytes[i + 1])
                && char.IsAsciiHexDigit((char)bytes[i + 2])
            )
            {
                plain.Add(Convert.FromHexString(Encoding.ASCII.GetString(bytes, i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                plain.Add(bytes[i]);
            }
        }

        return [.. plain];
    }

    /// <summary>What runs of base64 stand for. A run may begin anywhere in a longer one of the same alphabet, which matters for what is zipped.</summary>
    private static IEnumerable<byte[]> Decoded(string unbroken)
    {
        foreach (Match run in Base64Run().Matches(unbroken))
        {
            for (var start = 0; start < 4; start++)
            {
                var chunk = run.Value[start..].TrimEnd('=');
                chunk = chunk[..(chunk.Length % 4 == 1 ? ^1 : ^0)];
                var padded = chunk.PadRight((chunk.Length + 3) / 4 * 4, '=');
                if (TryDecode(padded) is { } decoded && (start == 0 || decoded.AsSpan().StartsWith(s_gzip)))
                {
                    yield return decoded;
                }
            }
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
