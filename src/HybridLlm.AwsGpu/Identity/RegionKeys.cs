using System.Reflection;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;

namespace HybridLlm.AwsGpu.Identity;

/// <summary>Reads the table of AWS's regional identity keys (region-keys.csv: region, certificate serial, expiry, SPKI).</summary>
internal static class RegionKeys
{
    public static Dictionary<string, AsymmetricKeyParameter> Load()
    {
        using var stream = Assembly
            .GetExecutingAssembly()
            .GetManifestResourceStream("HybridLlm.AwsGpu.Identity.region-keys.csv")!;
        using StreamReader reader = new(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(line => line.Split(','))
            .ToDictionary(f => f[0], f => FromSpki(Convert.FromBase64String(f[3])), StringComparer.Ordinal);
    }

    public static AsymmetricKeyParameter FromSpki(byte[] spki) => PublicKeyFactory.CreateKey(spki);
}
