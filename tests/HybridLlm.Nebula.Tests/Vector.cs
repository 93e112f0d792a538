using System.Text.Json;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Tests;

/// <summary>Files made by the real nebula-cert; Vectors/README.md says which.</summary>
internal static class Vector
{
    /// <summary>An instant at which every vector that is meant to be valid is.</summary>
    public static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static string Path(string name) =>
        Repository.PathOf(["tests", "HybridLlm.Nebula.Tests", "Vectors", .. name.Split('/')]);

    public static string Text(string name) => File.ReadAllText(Path(name));

    public static JsonElement Json(string name) => JsonDocument.Parse(Text(name)).RootElement;

    public static NebulaCertificate Certificate(string name) => NebulaCertificate.ParsePem(Text(name + ".crt"));

    public static CertificateAuthority Authority(string name) =>
        CertificateAuthority.Load(Text(name + ".crt"), Text(name + ".key"));

    public static HostKeyPair HostKey(string name) => HostKeyPair.ParsePem(Text(name + ".key"));

    /// <summary>Names (without .crt) of the certificates in a folder.</summary>
    public static IEnumerable<string> CertificatesIn(string folder) =>
        Directory
            .GetFiles(Path(folder), "*.crt")
            .Select(file => $"{folder}/{System.IO.Path.GetFileNameWithoutExtension(file)}")
            .Order(StringComparer.Ordinal);

    /// <summary>Whether the real nebula-cert could print the certificate.</summary>
    public static bool IsReadable(string name) => Json(name + ".json").ValueKind == JsonValueKind.Array;
}
