using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Benchmarks.Nebula;

/// <summary>An authority and requests for hosts, made once before measuring.</summary>
internal sealed class NebulaSample
{
    private NebulaSample(CaKeyPair caKey, CertificateAuthority authority)
    {
        CaKey = caKey;
        Authority = authority;
        HostKey = HostKeyPair.Generate(caKey.Curve).PublicKey;
    }

    public CaKeyPair CaKey { get; }

    public CertificateAuthority Authority { get; }

    public HostPublicKey HostKey { get; }

    public static async Task<NebulaSample> CreateAsync(NebulaCurve curve)
    {
        var key = CaKeyPair.Generate(curve);
        var now = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        CaCertificateRequest request = new()
        {
            Name = "bench",
            NotBefore = now,
            NotAfter = now.AddYears(1),
        };
        return new NebulaSample(key, await CertificateAuthority.CreateAsync(request, key));
    }

    public Task<NebulaCertificate> IssueAsync() =>
        Authority.IssueAsync(
            new HostCertificateRequest
            {
                Name = "host",
                PublicKey = HostKey,
                Networks = [NebulaPrefix.Parse("10.201.48.1/16")],
                Groups = ["homelab", "gateway"],
                NotBefore = Authority.Certificate.NotBefore,
            }
        );
}
