using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.Testing.Tests.Secrets;

/// <summary>The hunt finds what it looks for, so that finding nothing says something.</summary>
public sealed class SecretHuntTests
{
    private static readonly byte[] s_secret = RandomNumberGenerator.GetBytes(32);

    public static TheoryData<string, Func<byte[], byte[]>> Dresses { get; } =
        new()
        {
            { "as it is", b => b },
            { "hexadecimal", b => Text(Convert.ToHexStringLower(b)) },
            { "capitals", b => Text(Convert.ToHexString(b)) },
            { "base64", b => Text(Convert.ToBase64String(b)) },
            { "base64 of something longer", b => Text(Convert.ToBase64String([1, .. b, 2])) },
            { "base64 of something longer still", b => Text(Convert.ToBase64String([1, 2, .. b, 3])) },
            { "base64 for addresses", b => Text(Convert.ToBase64String(b).Replace('+', '-').Replace('/', '_')) },
            {
                "in lines",
                b => Text(string.Join('\n', Convert.ToBase64String([1, .. b]).Chunk(10).Select(c => new string(c))))
            },
            {
                "in a JSON string",
                b => Text(string.Join("\\n", Convert.ToBase64String(b).Chunk(16).Select(c => new string(c))))
            },
            { "a form", b => Text($"Tag.1.Value={WebUtility.UrlEncode(Convert.ToBase64String(b))}&Version=1") },
            { "zipped", Zip },
            {
                "user data",
                b =>
                    Text(
                        $"UserData={WebUtility.UrlEncode(Convert.ToBase64String(Zip(Text($"KEY='{Convert.ToBase64String(b)}'\n"))))}&Version=1"
                    )
            },
            {
                "user data in a template as read back",
                b => Text($"<userData>{Convert.ToBase64String(Zip(b))}</userData>")
            },
        };

    [Theory]
    [MemberData(nameof(Dresses))]
    public void A_secret_is_found_in_every_dress(string dress, Func<byte[], byte[]> put)
    {
        SecretHunt hunt = new();
        hunt.Add("key", s_secret);
        byte[] heard = [.. "POST / HTTP/1.1\r\n\r\n"u8, .. put(s_secret), .. "\r\nHTTP/1.1 200 OK"u8];

        hunt.FindIn([heard]).ShouldBe(["key"], dress);
    }

    [Theory]
    [MemberData(nameof(Dresses))]
    public void What_is_not_there_is_not_found(string dress, Func<byte[], byte[]> put)
    {
        SecretHunt hunt = new();
        hunt.Add("key", s_secret);

        hunt.FindIn([put(RandomNumberGenerator.GetBytes(32))]).ShouldBeEmpty(dress);
    }

    [Fact]
    public void Too_short_a_secret_is_none() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SecretHunt().Add("pin", "1234"));

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Zip(byte[] bytes)
    {
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }
}
