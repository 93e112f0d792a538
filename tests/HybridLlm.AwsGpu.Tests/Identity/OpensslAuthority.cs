using System.Security.Cryptography.X509Certificates;

namespace HybridLlm.AwsGpu.Tests.Identity;

/// <summary>A stand-in for AWS's signing key of a region, made and used by openssl, in the form AWS's messages have.</summary>
internal sealed class OpensslAuthority : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly string _openssl = RealTools.RequireOnPath("openssl");

    public X509Certificate2 Certificate { get; private set; } = null!;

    public static async Task<OpensslAuthority> CreateAsync(string? serial = null)
    {
        OpensslAuthority authority = new();
        string[] fixedSerial = serial is null ? [] : ["-set_serial", serial];
        await Command.RunAsync(
            authority._openssl,
            [
                .. "req -x509 -newkey rsa:2048 -nodes -sha256 -days 65500 -addext keyUsage=digitalSignature".Split(' '),
                .. "-addext basicConstraints=critical,CA:TRUE,pathlen:0".Split(' '),
                .. new[] { "-subj", "/C=US/ST=Washington State/L=Seattle/O=Amazon Web Services LLC" },
                .. new[] { "-keyout", authority._folder["key.pem"], "-out", authority._folder["certificate.pem"] },
                .. fixedSerial,
            ]
        );
        authority.Certificate = X509CertificateLoader.LoadCertificateFromFile(authority._folder["certificate.pem"]);
        return authority;
    }

    /// <summary>Signs as IMDS's rsa2048 does: BER, content attached, no certificate inside.</summary>
    public Task<string> SignAsync(string document) => RunAsync(document, "-nocerts");

    /// <summary>Signs and puts the signing certificate into the message.</summary>
    public Task<string> SignBringingCertificateAsync(string document) => RunAsync(document);

    private async Task<string> RunAsync(string document, params string[] options)
    {
        var input = _folder.Write("document.json", document);
        string[] arguments =
        [
            .. "cms -sign -binary -nodetach -stream -nosmimecap -md sha256 -outform DER".Split(' '),
            .. new[]
            {
                "-signer",
                _folder["certificate.pem"],
                "-inkey",
                _folder["key.pem"],
                "-in",
                input,
                "-out",
                _folder["message"],
            },
            .. options,
        ];
        await Command.RunAsync(_openssl, arguments);
        return Convert.ToBase64String(
            await File.ReadAllBytesAsync(_folder["message"], TestContext.Current.CancellationToken)
        );
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _folder.Dispose();
    }
}
