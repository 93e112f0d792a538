using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace NebulaCert;

/// <summary>The authority that signs, from <c>-ca-crt</c> and <c>-ca-key</c>, and the passphrase of its key.</summary>
internal static class Authority
{
    public static readonly Flag[] Flags =
    [
        new("ca-crt", "Optional: path to the signing CA cert", "ca.crt"),
        new("ca-key", "Optional: path to the signing CA key", "ca.key"),
    ];

    /// <summary>Like nebula-cert, of several certificates in the file the first is meant.</summary>
    public static async Task<CertificateAuthority> LoadAsync(Options options)
    {
        var certificate = NebulaCertificate.ParsePem(await Files.ReadAsync(options.Required("ca-crt")));
        return await LoadAsync(certificate, options.Required("ca-key"));
    }

    public static async Task<CertificateAuthority> LoadAsync(NebulaCertificate certificate, string keyPath)
    {
        var pem = await Files.ReadAsync(keyPath);
        var passphrase = EncryptedCaKey.IsEncrypted(pem)
            ? Passphrase("ca-key is encrypted and must be decrypted")
            : null;
        return CertificateAuthority.Load(certificate, CaKeyPair.ParsePem(pem, passphrase));
    }

    /// <summary>From <c>NEBULA_CA_PASSPHRASE</c>, or asked for on the terminal.</summary>
    public static string Passphrase(string why)
    {
        if (Environment.GetEnvironmentVariable("NEBULA_CA_PASSPHRASE") is { Length: > 0 } set)
        {
            return set;
        }

        if (Console.IsInputRedirected)
        {
            throw new IOException($"{why} interactively, or with NEBULA_CA_PASSPHRASE");
        }

        Console.Error.Write("Enter passphrase: ");
        var typed = "";
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(true))
        {
            typed = key.Key == ConsoleKey.Backspace ? typed[..^Math.Min(1, typed.Length)] : typed + key.KeyChar;
        }

        Console.Error.WriteLine();
        return typed.Length > 0 ? typed : throw new IOException("no passphrase specified");
    }
}
