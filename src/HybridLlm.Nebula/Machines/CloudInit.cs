using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Configuration.Yaml;

namespace HybridLlm.Nebula.Machines;

/// <summary>
/// Nebula in a cloud machine's user data. User data is readable by every process of the machine and by whoever may describe it,
/// so no key goes into it: the machine makes its own and gets its certificate otherwise.
/// </summary>
public static class CloudInit
{
    private const string Folder = "/etc/nebula";

    /// <summary>A <c>#cloud-config</c> fragment that writes the files, the unit and starts it.</summary>
    /// <param name="bundle">The machine's files, without a key.</param>
    /// <param name="program">Absolute path of nebula on the machine.</param>
    /// <exception cref="NebulaValidationException">The bundle holds a key.</exception>
    public static string Write(HostBundle bundle, string program = "/usr/local/bin/nebula")
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var hasKey = bundle.Key is not null || Configuration.PkiConfig.IsInline(bundle.Config.Pki.Key);
        NebulaValidationException.ThrowIfAny("The user data", hasKey ? [KeyInUserData()] : []);

        var files = bundle
            .Files()
            .Select(f => File($"{Folder}/{f.Name}", f.Content, "0600"))
            .Append(File($"/etc/systemd/system/{SystemdUnit.FileName}", SystemdUnit.Write(program, Folder), "0644"));
        return "#cloud-config\n"
            + YamlText.Write(
                new YamlMap([
                    new YamlEntry("write_files", new YamlList([.. files])),
                    new YamlEntry(
                        "runcmd",
                        new YamlList([
                            YamlScalar.Of("systemctl daemon-reload"),
                            YamlScalar.Of($"systemctl enable --now {SystemdUnit.FileName}"),
                        ])
                    ),
                ])
            );
    }

    private static NebulaFault KeyInUserData() =>
        new(
            "cloud-init-key",
            "The bundle holds the host's private key, and user data is no secret.",
            "Let the machine make its key; leave Key of the bundle null."
        );

    private static YamlMap File(string path, string content, string permissions) =>
        new([
            new YamlEntry("path", YamlScalar.Of(path)),
            new YamlEntry("permissions", YamlScalar.Of(permissions)),
            new YamlEntry("content", YamlScalar.Of(content)),
        ]);
}
