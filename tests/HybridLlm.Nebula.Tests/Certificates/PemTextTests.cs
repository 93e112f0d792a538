using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Certificates;

/// <summary>What is a PEM block and what is only text around one: as the real nebula-cert sees it.</summary>
public sealed class PemTextTests
{
    private const int Mutations = 400;

    private static readonly string s_certificate = Vector.Text("host/v2-25519-dual.crt");
    private static readonly string s_other = Vector.Text("ca/v1-25519.crt");
    private static readonly string s_begin = s_certificate.Split('\n')[0];
    private static readonly string s_end = s_certificate.Split('\n')[^2];

    public static TheoryData<string, string> Texts() =>
        new()
        {
            { "as written", s_certificate },
            { "Windows line ends", s_certificate.Replace("\n", "\r\n", StringComparison.Ordinal) },
            { "old Macintosh line ends", s_certificate.Replace('\n', '\r') },
            { "text before", "hello\n" + s_certificate },
            { "text before on the same line", "hello " + s_certificate },
            { "white space before", " " + s_certificate },
            { "a byte order mark", "\uFEFF" + s_certificate },
            { "text after", s_certificate + "hello" },
            { "white space after", s_certificate + " \n\t\n" },
            { "no final newline", s_certificate.TrimEnd('\n') },
            { "text between", s_certificate + "hello\n" + s_other },
            { "two on one line", s_certificate.TrimEnd('\n') + s_other },
            { "a broken one after", s_certificate + s_begin + "\n!\n" + s_end + "\n" },
            { "half a one after", s_certificate + s_begin + "\n" },
            { "a broken one before", "-----BEGIN X-----\n!\n-----END X-----\n" + s_certificate },
            { "half a one before", s_begin + "\n" + s_certificate },
            { "another kind before", Vector.Text("keys/x25519.pub") + s_certificate },
            { "headers", After(s_begin, "Note: one\nOther: two\n\n") },
            { "headers without a blank line", After(s_begin, "Note: one\n") },
            { "blank lines", s_certificate.Replace("\n", "\n\n", StringComparison.Ordinal) },
            { "tabs", After(s_begin, "\t") },
            { "form feeds", After(s_begin, "\f") },
            { "one line", s_begin + "\n" + Body("") + "\n" + s_end + "\n" },
            { "no newline before the end", s_begin + "\n" + Body("\n") + s_end + "\n" },
            { "space behind the dashes", s_certificate.Replace("-----\n", "----- \n", StringComparison.Ordinal) },
            { "text behind the dashes", s_certificate.Replace("-----\n", "-----x\n", StringComparison.Ordinal) },
            { "other labels", s_certificate.Replace("END NEBULA", "END OTHER", StringComparison.Ordinal) },
            { "nothing inside", s_begin + "\n" + s_end + "\n" },
            { "nothing", "" },
        };

    [Theory]
    [MemberData(nameof(Texts))]
    public Task Nebula_cert_reads_the_same(string what, string text) => CompareAsync(what, text);

    [Fact]
    public void The_first_certificate_is_read_whatever_follows()
    {
        var bundle = s_certificate + Vector.Text("keys/x25519.pub") + "hello";

        NebulaCertificate.ParsePem(bundle).ToPem().ShouldBe(s_certificate);
        Should.Throw<NebulaFormatException>(() => NebulaCertificate.ParsePem(bundle, CertificateReading.Strict));
        Should.Throw<NebulaFormatException>(() => NebulaCertificate.ParseBundle(bundle));
    }

    [Fact]
    public async Task Damaged_texts_read_the_same_or_not_at_all()
    {
        const string Characters = "\n\r\t -=A/+:";
        RandomCertificates random = new(RandomCertificates.Seed());
        string[] originals = [s_certificate, s_other, s_certificate + s_other];
        for (var i = 0; i < Mutations; i++)
        {
            var text = originals[random.Next(originals.Length)];
            for (var edits = random.Next(3); edits >= 0; edits--)
            {
                var (at, length) = (random.Next(text.Length), random.Next(2));
                var inserted = random.Next(3) == 0 ? "" : Characters[random.Next(Characters.Length)].ToString();
                text = text[..at] + inserted + text[(at + length)..];
            }

            await CompareAsync($"mutation {i}", text);
        }
    }

    private static async Task CompareAsync(string what, string text)
    {
        using TemporaryFolder folder = new();
        var file = folder.PathOf("some.crt");
        await File.WriteAllBytesAsync(file, System.Text.Encoding.UTF8.GetBytes(text), TestMesh.Token);

        var printed = await RealProgram.NebulaCertAsync("print", "-json", "-path", file);

        Assert.True(
            (printed.Exit == 0 ? printed.Output.TrimEnd('\n') : "") == OurJson(text),
            $"{what}: {printed}\n{text}"
        );
    }

    /// <summary>What we print of a text; nothing when we refuse it.</summary>
    internal static string OurJson(string pem)
    {
        try
        {
            return CertificateJson.Write(NebulaCertificate.ParseBundle(pem));
        }
        catch (NebulaFormatException)
        {
            return "";
        }
    }

    private static string Body(string separator) => string.Join(separator, s_certificate.Split('\n')[1..^2]);

    private static string After(string line, string text) =>
        s_certificate.Replace(line + "\n", line + "\n" + text, StringComparison.Ordinal);
}
