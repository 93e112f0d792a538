namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>One thing a node does after its files lie in place, in the order given.</summary>
public abstract record NodeStep
{
    private static readonly (ArtifactKind Kind, string Word)[] s_kinds =
    [
        (ArtifactKind.File, "file"),
        (ArtifactKind.Tar, "tar"),
        (ArtifactKind.TarOnce, "tar-once"),
    ];

    private NodeStep() { }

    /// <summary>How a fetched artifact is put in place.</summary>
    public enum ArtifactKind
    {
        /// <summary>Stored at the path with the mode.</summary>
        File,

        /// <summary>Unpacked below the path; tar, gzipped or not.</summary>
        Tar,

        /// <summary>As <see cref="Tar"/>, unless it was before: what lies on a volume that is kept is not fetched again.</summary>
        TarOnce,
    }

    /// <summary>Downloads an artifact and checks it before it is put in place.</summary>
    /// <param name="Sha256">Lower-case hex SHA-256 the download must have.</param>
    /// <param name="Kind">How it is put in place.</param>
    /// <param name="Mode">Octal file mode, e.g. <c>0755</c>; a tar keeps its own.</param>
    /// <param name="Path">Absolute path on the node.</param>
    /// <param name="Url">Presigned GET.</param>
    public sealed record Fetch(string Sha256, ArtifactKind Kind, string Mode, string Path, Uri Url) : NodeStep;

    /// <summary>
    /// Waits until the controller has attached an EBS volume, formats it if it is blank, and mounts it. A volume whose content cannot be told is
    /// never formatted.
    /// </summary>
    /// <param name="VolumeId">EC2's id.</param>
    /// <param name="Path">Absolute path on the node.</param>
    public sealed record MountVolume(string VolumeId, string Path) : NodeStep;

    /// <summary>Has <c>nebula-cert</c> check the node's certificate against the mesh's authority.</summary>
    public sealed record CheckCertificate : NodeStep;

    /// <summary>Starts a systemd unit without waiting for it.</summary>
    /// <param name="Unit">Unit name, e.g. <c>nebula.service</c>.</param>
    public sealed record Start(string Unit) : NodeStep;

    internal string ToLine() =>
        this switch
        {
            Fetch f =>
                $"fetch {f.Sha256} {f.Mode} {s_kinds.Single(k => k.Kind == f.Kind).Word} {f.Path} {f.Url.AbsoluteUri}",
            MountVolume v => $"volume {v.VolumeId} {v.Path}",
            CheckCertificate => "check-certificate",
            Start s => $"start {s.Unit}",
            _ => throw new InvalidOperationException($"{GetType().Name} is no known step."),
        };

    internal static NodeStep FromLine(string line) =>
        line.Split(' ') switch
        {
            ["fetch", { Length: 64 } sha256, var mode, var word, var path, var url]
                when s_kinds.Any(k => k.Word == word) => new Fetch(
                sha256,
                s_kinds.Single(k => k.Word == word).Kind,
                mode,
                path,
                new Uri(url)
            ),
            ["volume", var volume, var path] => new MountVolume(volume, path),
            ["check-certificate"] => new CheckCertificate(),
            ["start", var unit] => new Start(unit),
            _ => throw new FormatException($"'{line.Split(' ')[0]}' is no step of a node."),
        };
}
