using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests;

/// <summary>A small mesh made for a test: an authority and hosts.</summary>
internal static class TestMesh
{
    public static readonly IPAddress LighthouseAddress = IPAddress.Parse("10.201.0.1");

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An authority valid for a year from an hour before the machine's time, so that real programs accept it.</summary>
    public static Task<CertificateAuthority> AuthorityAsync(
        NebulaCurve curve = NebulaCurve.Curve25519,
        CertificateVersion version = CertificateVersion.V2,
        Func<CaCertificateRequest, CaCertificateRequest>? change = null
    )
    {
        var now = TimeProvider.System.GetUtcNow().AddHours(-1);
        CaCertificateRequest request = new()
        {
            Name = "test mesh",
            NotBefore = now,
            NotAfter = now.AddYears(1),
            Version = version,
        };
        return CertificateAuthority.CreateAsync(change?.Invoke(request) ?? request, CaKeyPair.Generate(curve), Token);
    }

    public static Task<NebulaCertificate> IssueAsync(
        this CertificateAuthority authority,
        string name,
        HostPublicKey key,
        string networks = "10.201.0.2/16",
        string unsafeNetworks = "",
        params string[] groups
    ) =>
        authority.IssueAsync(
            new HostCertificateRequest
            {
                Name = name,
                PublicKey = key,
                Networks = Prefixes(networks),
                UnsafeNetworks = Prefixes(unsafeNetworks),
                Groups = groups,
                NotBefore = authority.Certificate.NotBefore,
            },
            Token
        );

    public static NebulaPrefix[] Prefixes(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(NebulaPrefix.Parse)];
}
