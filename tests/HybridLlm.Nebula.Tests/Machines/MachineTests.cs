using System.Net;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Machines;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Tests.Real;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Tests.Machines;

public sealed class MachineTests
{
    [Fact]
    public void A_talos_document_is_as_reviewed() =>
        Golden.Match("talos.yml", TalosExtension.Write(Bundle(TalosExtension.Folder)));

    [Fact]
    public void Cloud_init_is_as_reviewed() =>
        Golden.Match("cloud-init.yml", CloudInit.Write(Bundle("/etc/nebula") with { Key = null }));

    [Fact]
    public void Talos_gets_every_file_of_the_bundle_unchanged()
    {
        var bundle = Bundle(TalosExtension.Folder);

        var files = (YamlSequenceNode)Parse(TalosExtension.Write(bundle))["configFiles"];

        files
            .Select(f => (((YamlScalarNode)f["mountPath"]).Value, ((YamlScalarNode)f["content"]).Value))
            .ShouldBe(bundle.Files().Select(f => ((string?)$"/usr/local/etc/nebula/{f.Name}", (string?)f.Content)));
    }

    [Fact]
    public void Cloud_init_writes_every_file_unchanged_and_never_a_key()
    {
        var bundle = Bundle("/etc/nebula");
        var withKey = () => CloudInit.Write(bundle);

        withKey.ShouldThrow<NebulaValidationException>().Code.ShouldBe("cloud-init-key");
        var files = (YamlSequenceNode)Parse(CloudInit.Write(bundle with { Key = null }))["write_files"];
        files
            .Select(f => ((YamlScalarNode)f["path"]).Value)
            .ShouldBe([
                "/etc/nebula/ca.crt",
                "/etc/nebula/host.crt",
                "/etc/nebula/config.yml",
                "/etc/systemd/system/nebula.service",
            ]);
        ((YamlScalarNode)files.Children[0]["content"]).Value.ShouldBe(bundle.Files()[0].Content);
    }

    [Fact]
    public void A_talos_bundle_without_key_or_with_other_paths_is_refused()
    {
        var write = () => TalosExtension.Write(Bundle("/etc/nebula") with { Key = null });

        write
            .ShouldThrow<NebulaValidationException>()
            .Faults.Select(f => f.Code)
            .ShouldBe(["talos-no-key", "talos-paths"]);
    }

    [Fact]
    public void The_kubelet_and_etcd_are_told_to_use_the_mesh() =>
        TalosExtension
            .WriteNodePatch(NebulaPrefix.Parse("10.201.48.7/16"))
            .ShouldBe(
                """
                machine:
                  kubelet:
                    nodeIP:
                      validSubnets:
                        - 10.201.0.0/16

                cluster:
                  etcd:
                    advertisedSubnets:
                      - 10.201.0.0/16

                """
            );

    [Fact]
    public async Task Systemd_accepts_the_unit()
    {
        var analyze = RealTools.RequireOnPath("systemd-analyze");
        using TemporaryFolder folder = new();
        var unit = folder.Write(SystemdUnit.FileName, SystemdUnit.Write("/bin/true"));

        var answer = await RealProgram.RunAsync(analyze, [], "verify", "--man=no", unit);

        answer.Exit.ShouldBe(0, answer.ToString());
        answer.Errors.ShouldNotContain("Unknown");
    }

    [Fact]
    public void K3s_lives_on_the_mesh() =>
        string.Join(' ', K3sFlags.Server(IPAddress.Parse("10.201.128.1")))
            .ShouldBe(
                "--node-ip=10.201.128.1 --node-external-ip=10.201.128.1 --flannel-iface=nebula1"
                    + " --advertise-address=10.201.128.1 --tls-san=10.201.128.1"
            );

    // From the vectors, so that the goldens stay the same.
    private static HostBundle Bundle(string folder) =>
        new()
        {
            Authorities = [Vector.Certificate("ca/v2-25519")],
            Certificates = [Vector.Certificate("host/v2-25519-plain")],
            Key = Vector.HostKey("host/v2-25519-plain"),
            Config = NodeConfigPlanner.Plan(
                new NodeConfigSpec
                {
                    Role = MeshRole.Host,
                    Pki = HostBundle.PkiIn(folder),
                    Lighthouses =
                    [
                        new StaticHost(IPAddress.Parse("10.42.1.100"), [NebulaEndpoint.Parse("192.0.2.1:4242")]),
                    ],
                }
            ),
        };

    private static YamlNode Parse(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return stream.Documents[0].RootNode;
    }
}
