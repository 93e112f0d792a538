using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// An artifact folder of stand-ins: files of a few hundred bytes under the right names, pinned by their real hashes, so that staging,
/// signing, fetching and checking happen as they do with gigabytes.
/// </summary>
public static class EmulatedArtifacts
{
    private const string Version = "0.0.0-emulated";
    private const string LiqoVersion = "1.2.0";

    /// <summary>Fills a folder, which is made if need be.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model it is to hold, Ollama's name with tag.</param>
    /// <param name="replace">Real files instead of stand-ins, by artifact name; null for none.</param>
    /// <param name="federated">Whether it is to hold what a federated node needs as well.</param>
    public static void Write(
        string folder,
        string model,
        IReadOnlyDictionary<string, byte[]>? replace = null,
        bool federated = false
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        JsonArray entries = [];
        foreach (var artifact in NodeArtifacts.For(model, federated))
        {
            var content = replace?.GetValueOrDefault(artifact.Name) ?? StandIn(artifact.Name, model);
            File.WriteAllBytes(Path.Combine(folder, artifact.Name), content);
            entries.Add(
                new JsonObject
                {
                    ["name"] = artifact.Name,
                    ["version"] = artifact.Name == NodeArtifacts.LiqoChart ? LiqoVersion : Version,
                    ["size"] = content.Length,
                    ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content)),
                    ["kind"] = artifact.Kind.ToString().ToLowerInvariant(),
                    ["path"] = artifact.Path,
                }
            );
        }

        JsonObject catalogue = new() { ["artifacts"] = entries };
        File.WriteAllText(Path.Combine(folder, ArtifactCatalogue.FileName), catalogue.ToJsonString());
    }

    /// <summary>A gzipped tar of files with mode 0755.</summary>
    /// <param name="files">Names and contents.</param>
    public static byte[] Archive(params IReadOnlyList<(string Name, byte[] Content)> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Tar(files));
        }

        return output.ToArray();
    }

    /// <summary>A plain tar of files with mode 0755.</summary>
    internal static byte[] Tar(params IReadOnlyList<(string Name, byte[] Content)> files)
    {
        using MemoryStream output = new();
        using (TarWriter tar = new(output, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name)
                    {
                        Mode = (UnixFileMode)Convert.ToInt32("755", 8),
                        ModificationTime = DateTimeOffset.UnixEpoch,
                        DataStream = new MemoryStream(content),
                    }
                );
            }
        }

        return output.ToArray();
    }

    private static byte[] StandIn(string name, string model)
    {
        var says = Encoding.UTF8.GetBytes($"#!/bin/sh\necho 'this stands in for {name}'\n");
        var (family, tag) = model.Split(':') is [var f, var t] ? (f, t) : (model, "latest");
        return name switch
        {
            NodeArtifacts.Nebula => Archive(("nebula", says), ("nebula-cert", says)),
            NodeArtifacts.Ollama => NodeImages.StandIn($"ollama/ollama:{Version}"),
            NodeArtifacts.DevicePlugin => NodeImages.StandIn($"nvcr.io/nvidia/k8s-device-plugin:{Version}"),
            NodeArtifacts.LiqoImages => NodeImages.StandIn(Nodes.LiqoChart.Image(LiqoVersion)),
            NodeArtifacts.LiqoChart => Archive(
                ("liqo/Chart.yaml", Encoding.UTF8.GetBytes($"apiVersion: v2\nname: liqo\nversion: \"{LiqoVersion}\"\n"))
            ),
            _ when name == NodeArtifacts.Model(model) => Archive(
                ($"manifests/registry.ollama.ai/library/{family}/{tag}", says),
                ("blobs/sha256-0", says)
            ),
            _ => says,
        };
    }
}
