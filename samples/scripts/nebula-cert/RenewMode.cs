using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Rotation;

namespace NebulaCert;

/// <summary><c>renew</c>: signs a host's certificates again in place when they are due: same key, same fields, new times.</summary>
internal static class RenewMode
{
    public static readonly Mode Mode = new(
        "renew",
        "renews a certificate in place when it is due. reload nebula afterwards",
        [
            .. Authority.Flags,
            new("crt", "Required: path of the certificate, which is replaced"),
            new("after", "Optional: fraction of its life after which it is due", "0.67", FlagKind.Fraction),
            new("force", "Optional: renew even if it is not due", Kind: FlagKind.Switch),
            new("duration", "Optional: new life. 0 for as long as before", "0s", FlagKind.Duration),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        var path = options.Required("crt");
        RenewalPolicy policy = new() { Fraction = options.Fraction("after"), Jitter = 0 };
        var now = TimeProvider.System.GetUtcNow();
        var certificates = NebulaCertificate.ParseBundle(await Files.ReadAsync(path));
        if (!options.Switch("force") && !certificates.Any(c => policy.IsDue(c, now)))
        {
            Console.Error.WriteLine($"{path} is not due before {certificates.Min(policy.DueAt):u}.");
            return 0;
        }

        var authority = await Authority.LoadAsync(options);
        List<NebulaCertificate> renewed = [];
        foreach (var certificate in certificates)
        {
            var life = options.Duration("duration") ?? certificate.NotAfter - certificate.NotBefore;
            renewed.Add(await BundleRenewal.RenewAsync(certificate, authority, life, now));
        }

        await Files.ReplaceAsync(path, string.Concat(renewed.Select(c => c.ToPem())));
        Console.Error.WriteLine($"{path} is renewed until {renewed.Min(c => c.NotAfter):u}; reload nebula.");
        return 0;
    }
}
