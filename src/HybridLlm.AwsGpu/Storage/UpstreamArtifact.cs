namespace HybridLlm.AwsGpu.Storage;

/// <summary>Where one artifact comes from, and what its publisher says its hash is; or how it is made, where nobody publishes it as a file.</summary>
public sealed record UpstreamArtifact
{
    private const string GitHub = "https://github.com";

    /// <summary>Name in the catalogue and the folder, e.g. <c>nebula.tar.gz</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Version upstream gives it.</summary>
    public required string Version { get; init; }

    /// <summary>What a node does with it.</summary>
    public required ArtifactKind Kind { get; init; }

    /// <summary>Absolute path on the node.</summary>
    public required string Path { get; init; }

    /// <summary>Where it is downloaded from; null for a file that is made elsewhere and put into the folder, see <see cref="How"/>.</summary>
    public Uri? Url { get; init; }

    /// <summary>How to make the file and where it comes from, in words or as a command; for what has no <see cref="Url"/>.</summary>
    public string? How { get; init; }

    /// <summary>The publisher's list of hashes, lines of <c>sha256sum</c>; null when the publisher gives none, then <see cref="Sha256"/> is needed.</summary>
    public Uri? ChecksumsUrl { get; init; }

    /// <summary>Its name in that list; null takes the last part of <see cref="Url"/>.</summary>
    public string? ChecksumName { get; init; }

    /// <summary>
    /// The hash it must have whatever upstream says today, 64 lower-case hexadecimal digits; null believes upstream's list of this moment. Lists
    /// of hashes are not signed: a pin is what you looked at once.
    /// </summary>
    public string? Sha256 { get; init; }

    /// <summary>Nebula's release archive for Linux.</summary>
    /// <param name="version">E.g. <c>1.11.1</c>.</param>
    /// <param name="architecture">Architecture of the nodes.</param>
    public static UpstreamArtifact Nebula(string version, CpuArchitecture architecture)
    {
        var release = $"{GitHub}/slackhq/nebula/releases/download/v{version}";
        return new UpstreamArtifact
        {
            Name = "nebula.tar.gz",
            Version = version,
            Kind = ArtifactKind.Archive,
            Path = "/opt/hybridllm/bin",
            Url = new Uri($"{release}/nebula-linux-{NameOf(architecture)}.tar.gz"),
            ChecksumsUrl = new Uri($"{release}/SHASUM256.txt"),
        };
    }

    /// <summary>The k3s program.</summary>
    /// <param name="version">E.g. <c>1.37.1+k3s1</c>.</param>
    /// <param name="architecture">Architecture of the nodes.</param>
    public static UpstreamArtifact K3s(string version, CpuArchitecture architecture) =>
        OfK3s(version, architecture, architecture == CpuArchitecture.Arm64 ? "k3s-arm64" : "k3s") with
        {
            Name = "k3s",
            Kind = ArtifactKind.Executable,
            Path = "/usr/local/bin/k3s",
        };

    /// <summary>The container images k3s itself needs.</summary>
    /// <param name="version">E.g. <c>1.37.1+k3s1</c>.</param>
    /// <param name="architecture">Architecture of the nodes.</param>
    public static UpstreamArtifact K3sImages(string version, CpuArchitecture architecture) =>
        OfK3s(version, architecture, $"k3s-airgap-images-{NameOf(architecture)}.tar") with
        {
            Name = "k3s-images.tar",
            Kind = ArtifactKind.File,
            Path = "/var/lib/rancher/k3s/agent/images/k3s-images.tar",
        };

    /// <summary>Liqo's Helm chart. Its publisher lists no hash beside it, so the pin is needed.</summary>
    /// <param name="version">E.g. <c>1.2.0</c>.</param>
    /// <param name="sha256">Its hash, as in the <c>index.yaml</c> of Liqo's chart repository.</param>
    public static UpstreamArtifact LiqoChart(string version, string sha256) =>
        new()
        {
            Name = "liqo.tgz",
            Version = version,
            Kind = ArtifactKind.File,
            Path = "/var/lib/rancher/k3s/server/static/charts/liqo.tgz",
            Url = new Uri($"{GitHub}/liqotech/liqo/releases/download/v{version}/liqo-v{version}.tgz"),
            Sha256 = sha256,
        };

    /// <summary>A container image as an archive in the form of <c>docker save</c>, which k3s imports. Registries have no such file to download.</summary>
    /// <param name="name">Name in the catalogue and the folder, e.g. <c>ollama-image.tar</c>.</param>
    /// <param name="image">The image with its tag, e.g. <c>docker.io/ollama/ollama:0.32.15</c>; the tag is the version.</param>
    /// <param name="sha256">Hash the archive must have; null pins what is found first.</param>
    public static UpstreamArtifact Image(string name, string image, string? sha256 = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(image);
        return new UpstreamArtifact
        {
            Name = name,
            Version = image[(image.LastIndexOf(':') + 1)..],
            Kind = ArtifactKind.File,
            Path = $"/var/lib/rancher/k3s/agent/images/{name}",
            Sha256 = sha256,
            How = $"docker pull {image} && docker save -o {name} {image}",
        };
    }

    private static UpstreamArtifact OfK3s(string version, CpuArchitecture architecture, string file)
    {
        var release = $"{GitHub}/k3s-io/k3s/releases/download/v{Uri.EscapeDataString(version)}";
        return new UpstreamArtifact
        {
            Name = file,
            Version = version,
            Kind = ArtifactKind.File,
            Path = "/",
            Url = new Uri($"{release}/{file}"),
            ChecksumsUrl = new Uri($"{release}/sha256sum-{NameOf(architecture)}.txt"),
            ChecksumName = file,
        };
    }

    private static string NameOf(CpuArchitecture architecture) =>
        architecture == CpuArchitecture.Arm64 ? "arm64" : "amd64";
}
