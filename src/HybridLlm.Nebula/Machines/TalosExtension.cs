using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Configuration.Yaml;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Machines;

/// <summary>
/// Nebula on Talos: the system extension <c>siderolabs/nebula</c> waits for a document with its files. There is no reload there:
/// a changed document restarts the service.
/// </summary>
public static class TalosExtension
{
    /// <summary>Folder the extension's files lie in; a bundle's configuration must point there (<see cref="HostBundle.PkiIn"/>).</summary>
    public const string Folder = "/usr/local/etc/nebula";

    /// <summary>
    /// The <c>ExtensionServiceConfig</c> document for <c>talosctl patch mc -p @file</c>. It holds the host's key: a secret.
    /// </summary>
    /// <exception cref="NebulaValidationException">The bundle has no key, or its configuration points elsewhere.</exception>
    public static string Write(HostBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        NebulaValidationException.ThrowIfAny("The Talos document", [.. Faults(bundle)]);
        return YamlText.Write(
            Map(
                ("apiVersion", YamlScalar.Of("v1alpha1")),
                ("kind", YamlScalar.Of("ExtensionServiceConfig")),
                ("name", YamlScalar.Of("nebula")),
                ("configFiles", new YamlList([.. bundle.Files().Select(File)]))
            )
        );
    }

    /// <summary>
    /// A machine configuration patch that makes the kubelet and etcd use mesh addresses. Talos otherwise takes every address for
    /// a node's, and restarts the kubelet when one appears.
    /// </summary>
    /// <param name="mesh">Ranges of the mesh, e.g. <c>10.201.0.0/16</c>.</param>
    public static string WriteNodePatch(params IReadOnlyList<NebulaPrefix> mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        YamlList subnets = new([.. mesh.Select(m => YamlScalar.Of(m.Masked().ToString()))]);
        return YamlText.Write(
            Map(
                ("machine", Map(("kubelet", Map(("nodeIP", Map(("validSubnets", subnets))))))),
                ("cluster", Map(("etcd", Map(("advertisedSubnets", subnets)))))
            )
        );
    }

    private static IEnumerable<NebulaFault> Faults(HostBundle bundle)
    {
        if (bundle.Key is null)
        {
            yield return new(
                "talos-no-key",
                "The bundle has no key, and a Talos machine makes none.",
                "Make the key here and put it into the bundle."
            );
        }

        if (
            bundle.Config.Pki is not { Key: { } key }
            || (!key.StartsWith(Folder + "/", StringComparison.Ordinal) && !PkiConfig.IsInline(key))
        )
        {
            yield return new(
                "talos-paths",
                $"The configuration's pki paths do not lie in {Folder}.",
                "Plan it with HostBundle.PkiIn(TalosExtension.Folder)."
            );
        }
    }

    private static YamlMap File(BundleFile file) =>
        Map(("content", YamlScalar.Of(file.Content)), ("mountPath", YamlScalar.Of($"{Folder}/{file.Name}")));

    private static YamlMap Map(params (string Key, YamlValue Value)[] entries) =>
        new([.. entries.Select(e => new YamlEntry(e.Key, e.Value))]);
}
