namespace HybridLlm.Nebula.Bundles;

/// <summary>One file of a bundle.</summary>
public sealed class BundleFile
{
    /// <summary>Name of the authorities' certificates.</summary>
    public const string CaName = "ca.crt";

    /// <summary>Name of the host's certificate.</summary>
    public const string CertificateName = "host.crt";

    /// <summary>Name of the host's key.</summary>
    public const string KeyName = "host.key";

    /// <summary>Name of the configuration.</summary>
    public const string ConfigName = "config.yml";

    /// <summary>Joins a name and a text.</summary>
    /// <exception cref="ArgumentException">The name is empty or leads into another folder.</exception>
    public BundleFile(string name, string content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(content);
        if (name is "." or ".." || name != Path.GetFileName(name))
        {
            throw new ArgumentException($"'{name}' is no name of a file without folders.", nameof(name));
        }

        Name = name;
        Content = content;
    }

    /// <summary>Name without folders.</summary>
    public string Name { get; }

    /// <summary>Text, possibly a secret.</summary>
    public string Content { get; }

    /// <summary>The name only: the content may be a secret.</summary>
    public override string ToString() => Name;
}
