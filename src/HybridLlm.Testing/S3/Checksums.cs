using System.Buffers.Binary;
using System.Security.Cryptography;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>Checksums a client sends with a body.</summary>
internal static class Checksums
{
    private const string Prefix = "x-amz-checksum-";
    private const uint Crc32Polynomial = 0xEDB88320;

    /// <summary>The checksums of a request, headers and trailers, checked where the algorithm is in the base library.</summary>
    /// <exception cref="ServiceError">One does not fit the body.</exception>
    public static IReadOnlyDictionary<string, string> Check(
        RawRequest request,
        IReadOnlyDictionary<string, string> trailers,
        byte[] body
    )
    {
        if (request.Header("Content-MD5") is { } md5 && md5 != Convert.ToBase64String(Md5(body)))
        {
            throw BadDigest("Content-MD5");
        }

        var sent = request
            .Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.ToString()))
            .Concat(trailers)
            .Where(h => h.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .DistinctBy(h => h.Key.ToLowerInvariant())
            .ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value, StringComparer.Ordinal);
        foreach (var (name, value) in sent)
        {
            var real = name[Prefix.Length..] switch
            {
                "crc32" => Convert.ToBase64String(Crc32(body)),
                "sha256" => Convert.ToBase64String(SHA256.HashData(body)),
                _ => value,
            };
            if (real != value)
            {
                throw BadDigest(name);
            }
        }

        return sent;
    }

    /// <summary>An ETag: the MD5 in quotes.</summary>
    public static string ETag(byte[] body) => $"\"{Convert.ToHexStringLower(Md5(body))}\"";

    // S3's protocol says MD5; nothing is protected by it here.
#pragma warning disable CA5351
    private static byte[] Md5(byte[] body) => MD5.HashData(body);
#pragma warning restore CA5351

    private static byte[] Crc32(byte[] body)
    {
        var crc = uint.MaxValue;
        foreach (var value in body)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * Crc32Polynomial);
            }
        }

        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~crc);
        return bytes;
    }

    private static ServiceError BadDigest(string name) =>
        new("BadDigest", $"The {name} you specified did not match the calculated checksum.");
}
