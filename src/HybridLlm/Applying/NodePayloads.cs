using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Networks;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>What a node gets in its sealed reply: everything that makes it what it is, and the order in which to start it. Pure.</summary>
internal static class NodePayloads
{
    private const string NebulaFolder = "/etc/nebula";
    private const string NebulaUnit = "nebula.service";
    private const string K3sUnit = "k3s.service";

    /// <summary>A lighthouse: Nebula, and nothing else.</summary>
    public static NodePayload Lighthouse(
        NebulaCertificate authority,
        NebulaCertificate certificate,
        IReadOnlyList<ArtifactLink> artifacts
    ) =>
        new(
            [.. Mesh(authority, certificate, MeshRole.Lighthouse, []), Unit()],
            [.. Fetch(artifacts, NodeArtifacts.Nebula), new NodeStep.CheckCertificate(), new NodeStep.Start(NebulaUnit)]
        );

    /// <summary>A GPU node: Nebula first, then k3s with the authorities made for it and the manifests it starts from.</summary>
    public static NodePayload Gpu(
        NebulaCertificate authority,
        NebulaCertificate certificate,
        IReadOnlyList<StaticHost> lighthouses,
        K3sServer server,
        K3sAuthorities authorities,
        IEnumerable<(string Name, string Content)> manifests,
        IReadOnlyList<ArtifactLink> artifacts,
        InterruptionUrls interruptions,
        ModelVolume? volume
    ) =>
        new(
            [
                .. Mesh(authority, certificate, MeshRole.GpuNode, lighthouses),
                Unit(),
                .. server.Files(authorities),
                .. manifests.Select(m => new NodeFile(
                    $"/var/lib/rancher/k3s/server/manifests/{m.Name}.yaml",
                    m.Content
                )),
                .. InterruptionAgent.Files(interruptions),
            ],
            [
                .. Fetch(artifacts, NodeArtifacts.Nebula),
                new NodeStep.CheckCertificate(),
                new NodeStep.Start(NebulaUnit),
                new NodeStep.Start(InterruptionAgent.Unit),
                .. volume is null
                    ? Array.Empty<NodeStep>()
                    : [new NodeStep.MountVolume(volume.Id, NodeArtifacts.ModelFolder)],
                .. artifacts
                    .Where(a => a.Artifact.Name != NodeArtifacts.Nebula)
                    .Select(a => Fetch(a, isKept: volume is not null && a.Artifact.Path == NodeArtifacts.ModelFolder)),
                new NodeStep.Start(K3sUnit),
            ]
        );

    /// <summary>A member's own configuration, with the files beside it.</summary>
    public static NebulaConfig Config(MeshRole role, string folder, IReadOnlyList<StaticHost> lighthouses) =>
        NodeConfigPlanner.Plan(
            new NodeConfigSpec
            {
                Role = role,
                Pki = HostBundle.PkiIn(folder),
                Lighthouses = lighthouses,
                Mtu = MeshSpec.PacketBytes,
            }
        );

    /// <summary>Where a lighthouse is found from outside.</summary>
    public static StaticHost LighthouseAt(IPAddress mesh, string underlay) =>
        new(mesh, [new NebulaEndpoint(underlay, NodeConfigPlanner.DefaultPort)]);

    private static IEnumerable<NodeFile> Mesh(
        NebulaCertificate authority,
        NebulaCertificate certificate,
        MeshRole role,
        IReadOnlyList<StaticHost> lighthouses
    )
    {
        HostBundle bundle = new()
        {
            Authorities = [authority],
            Certificates = [certificate],
            Config = Config(role, NebulaFolder, lighthouses),
        };
        return bundle.Files().Select(f => new NodeFile($"{NebulaFolder}/{f.Name}", f.Content));
    }

    private static NodeFile Unit() =>
        new(
            $"/etc/systemd/system/{NebulaUnit}",
            $"""
            [Unit]
            Description=Nebula
            Wants=network-online.target
            After=network-online.target

            [Service]
            ExecStartPre=/opt/hybridllm/bin/nebula -test -config {NebulaFolder}/{BundleFile.ConfigName}
            ExecStart=/opt/hybridllm/bin/nebula -config {NebulaFolder}/{BundleFile.ConfigName}
            ExecReload=/bin/kill -HUP $MAINPID
            Restart=always
            RestartSec=2

            [Install]
            WantedBy=multi-user.target

            """
        );

    private static IEnumerable<NodeStep> Fetch(IReadOnlyList<ArtifactLink> artifacts, string name) =>
        artifacts.Where(a => a.Artifact.Name == name).Select(a => Fetch(a));

    private static NodeStep.Fetch Fetch(ArtifactLink link, bool isKept = false) =>
        new(
            link.Artifact.Sha256,
            isKept ? NodeStep.ArtifactKind.TarOnce
                : link.Artifact.Kind == ArtifactKind.Archive ? NodeStep.ArtifactKind.Tar
                : NodeStep.ArtifactKind.File,
            link.Artifact.Kind == ArtifactKind.Executable ? "0755" : "0644",
            link.Artifact.Path,
            link.Url
        );
}

/// <summary>An artifact and the presigned URL it is fetched from.</summary>
internal sealed record ArtifactLink(Artifact Artifact, Uri Url);
