namespace HybridLlm.Liqo.Tests.Identities;

/// <summary>Keys and certificate requests made by Go and by openssl.</summary>
internal static class IdentityVectors
{
    public static byte[] Read(string name) =>
        File.ReadAllBytes(Repository.PathOf("tests", "HybridLlm.Liqo.Tests", "Vectors", "Identities", name));
}
