using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace HybridLlm.Nebula.Encoding;

/// <summary>Text the way Go's standard library reads and prints it, for parity with nebula-cert's output.</summary>
internal static class GoText
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public static byte[] ToUtf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>Reads UTF-8; each invalid byte becomes one U+FFFD, as in Go (.NET would fold runs of them).</summary>
    public static string FromUtf8(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done;
            text.Append(valid ? rune : Rune.ReplacementChar);
            bytes = bytes[(valid ? used : 1)..];
        }

        return text.ToString();
    }

    /// <summary>Reads UTF-8 that must be valid.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static string FromValidUtf8(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? s_strict.GetString(bytes) : throw new FormatException("A text is not UTF-8.");

    /// <summary>Whether <paramref name="text"/> has no lone surrogate, so that its UTF-8 reads back equal.</summary>
    public static bool IsValid(string text)
    {
        try
        {
            s_strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
