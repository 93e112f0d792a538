using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// The container images that a node's k3s finds in its folder: archives as <c>docker save</c> writes them, plain or gzipped.
/// </summary>
internal static class NodeImages
{
    private const string Folder = "/var/lib/rancher/k3s/agent/images/";
    private const string Index = "manifest.json";

    /// <summary>Whether an image can be had without pulling it.</summary>
    /// <param name="files">The node's files.</param>
    /// <param name="image">Its name with tag.</param>
    public static bool Has(NodeFiles files, string image) =>
        files
            .Paths.Where(p => p.StartsWith(Folder, StringComparison.Ordinal))
            .SelectMany(p => Names(files.Read(p)!))
            .Any(n => FullName(n) == FullName(image));

    /// <summary>An archive that holds nothing but the name of an image.</summary>
    public static byte[] StandIn(string image) =>
        EmulatedArtifacts.Tar((Index, new JsonArray(new JsonObject { ["RepoTags"] = new JsonArray(image) }).ToBytes()));

    private static IReadOnlyList<string> Names(byte[] archive)
    {
        try
        {
            NodeFiles unpacked = new();
            unpacked.Unpack("", archive);
            return unpacked.Read($"/{Index}") is { } index && JsonNode.Parse(index) is JsonArray images
                ? [.. images.SelectMany(i => i.TextsAt("RepoTags"))]
                : [];
        }
        // containerd passes over a file that is no archive, too.
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or JsonException)
        {
            return [];
        }
    }

    /// <summary>Docker leaves its own registry out of names.</summary>
    private static string FullName(string image) =>
        image.Split('/') switch
        {
            [var name] => $"docker.io/library/{name}",
            [var first, ..] when first != "localhost" && !first.Contains('.') && !first.Contains(':') =>
                $"docker.io/{image}",
            _ => image,
        };
}
