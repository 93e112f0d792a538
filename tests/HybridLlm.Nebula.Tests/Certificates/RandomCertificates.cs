using System.Globalization;
using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests.Certificates;

/// <summary>Random, valid contents of certificates: both versions, limits, many networks and groups, unicode, odd durations.</summary>
internal sealed class RandomCertificates(int seed)
{
    private const string Alphabet = "abcXYZ019-._ <>&\"'\\/öß☃\u2028\u00A0日本🦊";

    private readonly Random _random = new(seed);

    /// <summary>The seed: <c>HYBRIDLLM_SEED</c>, else fixed. Printed, so that a failure can be repeated.</summary>
    public static int Seed()
    {
        var set = Environment.GetEnvironmentVariable("HYBRIDLLM_SEED");
        var seed = string.IsNullOrEmpty(set) ? 20261123 : int.Parse(set, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"HYBRIDLLM_SEED={seed}");
        return seed;
    }

    public int Next(int below) => _random.Next(below);

    /// <summary>An authority, in half of the cases with limits that <see cref="Host"/> keeps within.</summary>
    public CaCertificateRequest Authority(CertificateVersion version, bool limited, DateTimeOffset now)
    {
        var isV2 = version == CertificateVersion.V2;
        return new CaCertificateRequest
        {
            Name = Name(),
            Version = version,
            NotBefore = now.AddSeconds(-_random.Next(100, 100_000)),
            NotAfter = now.AddSeconds(_random.Next(1_000_000, 1_000_000_000)),
            Groups = limited ? [.. Enumerable.Range(0, 12).Select(i => $"group {i} ö")] : [],
            Networks = limited ? TestMesh.Prefixes(isV2 ? "10.7.3.1/8,fd00::/8" : "10.7.3.1/8") : [],
            UnsafeNetworks = limited ? TestMesh.Prefixes(isV2 ? "172.16.0.0/12,fc00::/7" : "172.16.0.0/12") : [],
        };
    }

    public ToBeSignedCertificate Host(
        NebulaCertificate authority,
        CertificateVersion version,
        HostPublicKey key,
        DateTimeOffset now
    )
    {
        var isV2 = version == CertificateVersion.V2;
        var takesIPv6 = isV2 && (authority.Networks.Count == 0 || authority.Networks.Any(n => n.IsIPv6));

        // The first network is IPv4, so that unsafe networks of that family always have one beside them.
        List<NebulaPrefix> networks = [NetworkV4()];
        List<NebulaPrefix> unsafeNetworks = [.. Many(3, UnsafeV4)];
        if (isV2)
        {
            networks.AddRange(Many(6, NetworkV4));
            networks.AddRange(takesIPv6 ? Many(6, NetworkV6) : []);
            unsafeNetworks.AddRange(networks.Any(n => n.IsIPv6) ? Many(4, UnsafeV6) : []);
        }

        var life = (authority.NotAfter - now).TotalSeconds;
        return new ToBeSignedCertificate
        {
            Version = version,
            Name = Name(),
            Networks = [.. networks.Distinct()],
            UnsafeNetworks = [.. unsafeNetworks.Distinct()],
            Groups =
            [
                .. Many(5, () => authority.Groups.Count > 0 ? authority.Groups[Next(authority.Groups.Count)] : Name()),
            ],
            NotBefore = now.AddSeconds(-_random.Next(0, 100)),
            NotAfter = now.AddSeconds(Math.Floor(_random.NextDouble() * (life - 100)) + 60),
            Curve = key.Curve,
            PublicKey = key.Bytes,
        };
    }

    /// <summary>1..253 bytes of UTF-8, no comma and no space at its ends, which nebula-cert would cut.</summary>
    public string Name()
    {
        var length = _random.Next(10) == 0 ? _random.Next(1, 300) : _random.Next(1, 24);
        var runes = Alphabet.EnumerateRunes().ToArray();
        var text = string.Concat(Enumerable.Range(0, length).Select(_ => runes[_random.Next(runes.Length)]));
        while (System.Text.Encoding.UTF8.GetByteCount(text) > 253)
        {
            text = text[..^2];
        }

        text = string.Concat(text.EnumerateRunes().Where(r => r.Value != 0xFFFD)).Trim();
        return text.Length == 0 ? "n" : text;
    }

    private List<T> Many<T>(int below, Func<T> make) =>
        [.. Enumerable.Range(0, _random.Next(40) == 0 ? 30 : _random.Next(below)).Select(_ => make())];

    private NebulaPrefix NetworkV4() =>
        new(new IPAddress([10, Byte(), Byte(), (byte)_random.Next(1, 256)]), _random.Next(8, 33));

    private NebulaPrefix NetworkV6() => new(new IPAddress([0xFD, .. Bytes(15)]), _random.Next(8, 129));

    private NebulaPrefix UnsafeV4() =>
        new(new IPAddress([172, (byte)_random.Next(16, 32), Byte(), Byte()]), _random.Next(12, 33));

    private NebulaPrefix UnsafeV6() => new(new IPAddress([0xFC, .. Bytes(15)]), _random.Next(7, 129));

    private byte Byte() => (byte)_random.Next(256);

    // Runs of zeros, so that every way of shortening an address comes up.
    private byte[] Bytes(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => _random.Next(2) == 0 ? (byte)0 : Byte())];
}
