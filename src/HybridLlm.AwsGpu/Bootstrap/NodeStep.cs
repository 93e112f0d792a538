namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>One thing a node does after its files lie in place, in the order given.</summary>
public abstract record NodeStep
{
    private NodeStep() { }

    /// <summary>How a fetched artifact is put in place.</summary>
    public enum ArtifactKind
    {
        /// <summary>Stored at the path with the mode.</summary>
        File,

        /// <summary>Unpacked below the path; tar, gzipped or not.</summary>
        Tar,
    }

    /// <summary>Downloads an artifact and checks it before it is put in place.</summary>
    /// <param name="Sha256">Lower-case hex SHA-256 the download must have.</param>
    /// <param name="Kind">How it is put in place.</param>
    /// <param name="Mode">Octal file mode, e.g. <c>0755</c>; a tar keeps its own.</param>
    /// <param name="Path">Absolute path on the node.</param>
    /// <param name="Url">Presigned GET.</param>
    public sealed record Fetch(string Sha256, ArtifactKind Kind, string Mode, string Path, Uri Url) : NodeStep;

    /// <summary>Has <c>nebula-cert</c> check the node's certificate against the mesh's authority.</summary>
    public sealed record CheckCertificate : NodeStep;

    /// <summary>Starts a systemd unit without waiting for it.</summary>
    /// <param name="Unit">Unit name, e.g. <c>nebula.service</c>.</param>
    public sealed record Start(string Unit) : NodeStep;

    internal string ToLine() =>
        this switch
        {
            Fetch f =>
                $"fetch {f.Sha256} {f.Mode} {(f.Kind == ArtifactKind.File ? "file" : "tar")} {f.Path} {f.Url.AbsoluteUri}",
            CheckCertificate => "check-certificate",
            Start s => $"start {s.Unit}",
            _ => throw new InvalidOperationException($"{GetType().Name} is no known step."),
        };

    internal static NodeStep FromLine(string line) =>
        line.Split(' ') switch
        {
            ["fetch", { Length: 64 } sha256, var mode, "file" or "tar", var path, var url] parts => new Fetch(
                sha256,
                parts[3] == "file" ? ArtifactKind.File : ArtifactKind.Tar,
                mode,
                path,
                new Uri(url)
            ),
            ["check-certificate"] => new CheckCertificate(),
            ["start", var unit] => new Start(unit),
            _ => throw new FormatException($"'{line.Split(' ')[0]}' is no step of a node."),
        };
}
