using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Rotation;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Rotation;

public sealed class MigrationPlannerTests
{
    private static readonly MigrationNode s_node = new()
    {
        Certificate = Vector.Certificate("host/v1-25519-plain"),
        NebulaVersion = new Version(1, 11, 0),
    };

    [Fact]
    public void Cross_certificates_take_one_stage_and_a_restart_where_addresses_come_in()
    {
        var plan = MigrationPlanner.Plan(
            new MigrationSpec { Nodes = [s_node, s_node with { AddedNetworks = TestMesh.Prefixes("fd42::1/64") }] }
        );

        var stage = plan.Stages.ShouldHaveSingleItem();
        stage.Blockers.ShouldBeEmpty();
        stage.Steps.Select(s => s.Effect).ShouldBe([ConfigChangeEffect.Reload, ConfigChangeEffect.Restart]);
        stage.Steps.ShouldAllBe(s => s.Certificates.Single() == CertificateVersion.V2);
    }

    [Theory]
    [InlineData("1.9.5", 0, 1, 1)]
    [InlineData("1.9.3", 1, 1, 1)]
    [InlineData("1.10.0", 0, 0, 0)]
    public void An_old_node_blocks_the_stages_it_could_not_follow(string version, int first, int second, int third)
    {
        var plan = MigrationPlanner.Plan(
            new MigrationSpec
            {
                Strategy = MigrationStrategy.DualCertificates,
                Nodes = [s_node, s_node with { NebulaVersion = Version.Parse(version) }],
            }
        );

        plan.Stages.Select(s => s.Blockers.Count).ShouldBe([first, second, third]);
    }

    [Fact]
    public void A_node_whose_networks_would_change_places_is_refused()
    {
        var plan = () =>
            MigrationPlanner.Plan(
                new MigrationSpec
                {
                    Nodes =
                    [
                        s_node with
                        {
                            AddedNetworks = TestMesh.Prefixes("10.1.0.1/24"),
                        },
                        s_node with
                        {
                            Certificate = Vector.Certificate("host/v2-25519-plain"),
                        },
                    ],
                }
            );

        plan.ShouldThrow<NebulaValidationException>()
            .Faults.Select(f => f.Code)
            .ShouldBe(["migration-first-network", "migration-not-v1"]);
    }

    [Theory]
    [InlineData(MigrationStrategy.CrossCertificates)]
    [InlineData(MigrationStrategy.DualCertificates)]
    public async Task A_running_nebula_follows_every_stage(MigrationStrategy strategy)
    {
        using TemporaryFolder folder = new();
        var authority = await TestMesh.AuthorityAsync(version: CertificateVersion.V1);
        var key = HostKeyPair.Generate();
        MigrationNode node = new()
        {
            Certificate = await authority.IssueAsync("node", key.PublicKey),
            NebulaVersion = new Version(1, 11),
        };
        var v2 = await MigrationPlanner.IssueAsync(node, authority, authority.Certificate.NotBefore, TestMesh.Token);
        NodeConfigSpec spec = new()
        {
            Role = MeshRole.Lighthouse,
            Pki = HostBundle.PkiIn(folder.Path),
            Lighthouses = [],
            Device = null,
            ListenHost = "127.0.0.1",
            ListenPort = RealNebula.FreeUdpPort(),
        };
        HostBundle bundle = new()
        {
            Authorities = [authority.Certificate],
            Certificates = [node.Certificate],
            Key = key,
            Config = NodeConfigPlanner.Plan(spec),
        };
        await WriteAsync(folder, bundle);
        await using var nebula = await RealNebula.StartAsync(
            RealTools.Require("bin/nebula"),
            folder.PathOf(BundleFile.ConfigName)
        );

        foreach (var stage in MigrationPlanner.Plan(new MigrationSpec { Strategy = strategy, Nodes = [node] }).Stages)
        {
            var step = stage.Steps.ShouldHaveSingleItem();
            var pki = spec.Pki with { InitiatingVersion = step.InitiatingVersion };
            await WriteAsync(
                folder,
                bundle with
                {
                    Certificates =
                    [
                        .. step.Certificates.Select(v => v == CertificateVersion.V1 ? node.Certificate : v2),
                    ],
                    Config = NodeConfigPlanner.Plan(spec with { Pki = pki }),
                }
            );
            nebula.Reload();
            await nebula.WaitForAsync("Client certificate(s) refreshed from disk");
        }
    }

    private static Task<IReadOnlyList<string>> WriteAsync(TemporaryFolder folder, HostBundle bundle) =>
        BundleWriter.WriteAsync(folder.Path, bundle.Files(), ExistingFiles.Replace, TestMesh.Token);
}
