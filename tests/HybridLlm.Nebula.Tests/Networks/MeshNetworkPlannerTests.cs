using System.Net;
using FsCheck.Xunit;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests.Networks;

public sealed class MeshNetworkPlannerTests
{
    private static readonly MeshNetworkSpec s_spec = new()
    {
        Range = NebulaPrefix.Parse("10.201.0.0/16"),
        RangeV6 = NebulaPrefix.Parse("fd77:1c2d::/64"),
        PodRange = NebulaPrefix.Parse("10.211.0.0/16"),
        Members =
        [
            Member("lighthouse", MeshRole.Lighthouse),
            Member("app", MeshRole.Controller),
            Member("probe", MeshRole.Probe),
            Member("nas", MeshRole.Host) with
            {
                Groups = [MeshGroups.Gateway],
                UnsafeNetworks = TestMesh.Prefixes("192.168.1.0/24"),
            },
            Member("gpu-1", MeshRole.GpuNode) with
            {
                RoutesPods = true,
            },
            Member("gpu-2", MeshRole.GpuNode) with
            {
                RoutesPods = true,
            },
        ],
    };

    [Fact]
    public void Every_role_has_its_share_of_the_range()
    {
        var plan = Plan(s_spec);

        plan.Assignments.Select(a => $"{a.Member.Name} {string.Join(' ', a.Networks)} {string.Join('+', a.Groups)}")
            .ShouldBe([
                "lighthouse 10.201.0.1/16 fd77:1c2d::1/64 lighthouse",
                "app 10.201.16.1/16 fd77:1c2d::1001/64 gateway",
                "probe 10.201.32.1/16 fd77:1c2d::2001/64 probe",
                "nas 10.201.48.1/16 fd77:1c2d::3001/64 homelab+gateway",
                "gpu-1 10.201.128.1/16 fd77:1c2d::8001/64 gpu",
                "gpu-2 10.201.128.2/16 fd77:1c2d::8002/64 gpu",
            ]);
        plan["nas"].UnsafeNetworks.ShouldBe(TestMesh.Prefixes("192.168.1.0/24"));
        plan["gpu-1"].UnsafeNetworks.ShouldBe(TestMesh.Prefixes("10.211.0.0/24"));
        plan["gpu-2"].Pods.ShouldBe(NebulaPrefix.Parse("10.211.1.0/24"));
    }

    [Fact]
    public void Fifty_thousand_hosts_each_get_addresses_of_their_own_and_always_the_same()
    {
        var hosts = Enumerable
            .Range(0, 50_000)
            .Select(i => Member($"host-{i}", MeshRole.Host) with { RoutesPods = i % 2 == 0 });
        var spec = s_spec with
        {
            Range = NebulaPrefix.Parse("10.0.0.0/8"),
            PodRange = NebulaPrefix.Parse("172.16.0.0/12"),
            PodPrefixLength = 28,
            Members = [.. hosts],
        };

        var networks = Plan(spec).Assignments.SelectMany(a => a.Networks).ToList();

        networks.Distinct().Count().ShouldBe(100_000);
        Plan(spec).Assignments.SelectMany(a => a.Networks).ShouldBe(networks);
        Plan(spec).Assignments.SelectMany(a => a.UnsafeNetworks).Distinct().Count().ShouldBe(25_000);
    }

    [Fact]
    public async Task An_address_is_not_given_again_while_a_certificate_for_it_lives()
    {
        var authority = await TestMesh.AuthorityAsync();
        var start = authority.Certificate.NotBefore;
        var gpu1 = Plan(s_spec)["gpu-1"];
        var certificate = await authority.IssueAsync(
            gpu1.CertificateRequest(HostKeyPair.Generate().PublicKey, start, start.AddHours(4)),
            TestMesh.Token
        );
        var ledger = AddressLedger.ParseJson(AddressLedger.Empty.Record(certificate).Record(certificate).ToJson());
        var later = s_spec with { Members = [Member("gpu-3", MeshRole.GpuNode) with { RoutesPods = true }] };

        ledger.Entries.Count.ShouldBe(1);
        AddressLedger.Empty.Record([certificate, certificate]).Entries.ShouldHaveSingleItem();
        var alive = MeshNetworkPlanner.Plan(later, ledger, start.AddHours(4))["gpu-3"];
        alive.Networks[0].ToString().ShouldBe("10.201.128.2/16");
        alive.Pods!.Value.ToString().ShouldBe("10.211.1.0/24");
        var ended = MeshNetworkPlanner.Plan(later, ledger, start.AddHours(4).AddSeconds(1))["gpu-3"];
        ended.Networks.ShouldBe(gpu1.Networks);
        ended.Pods.ShouldBe(gpu1.Pods);
        ledger.WithoutExpired(start.AddHours(5)).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_member_keeps_what_its_live_certificate_says_even_when_it_moves_in_the_list()
    {
        var authority = await TestMesh.AuthorityAsync();
        var start = authority.Certificate.NotBefore;
        var gpu2 = Plan(s_spec)["gpu-2"];
        var certificate = await authority.IssueAsync(
            gpu2.CertificateRequest(HostKeyPair.Generate().PublicKey, start),
            TestMesh.Token
        );

        var plan = MeshNetworkPlanner.Plan(
            s_spec with
            {
                Members = [.. s_spec.Members.Reverse()],
            },
            AddressLedger.Empty.Record(certificate),
            start
        );

        plan["gpu-2"].Networks.ShouldBe(gpu2.Networks);
        plan["gpu-2"].Pods.ShouldBe(gpu2.Pods);
        plan["gpu-1"].Networks[0].ToString().ShouldBe("10.201.128.1/16");
    }

    [Fact]
    public async Task A_pin_on_an_address_that_somebody_holds_is_refused()
    {
        var authority = await TestMesh.AuthorityAsync();
        var start = authority.Certificate.NotBefore;
        var ledger = AddressLedger.Empty.Record(
            await authority.IssueAsync("old", HostKeyPair.Generate().PublicKey, "10.201.48.7/16")
        );
        var spec = s_spec with
        {
            Members = [Member("new", MeshRole.Host) with { Address = IPAddress.Parse("10.201.48.7") }],
        };

        var plan = () => MeshNetworkPlanner.Plan(spec, ledger, start);

        plan.ShouldThrow<NebulaValidationException>().Code.ShouldBe("mesh-address-held");
    }

    [Fact]
    public void Reserved_and_pinned_addresses_are_passed_over()
    {
        var plan = Plan(
            s_spec with
            {
                Reserved = TestMesh.Prefixes("10.201.128.0/31"),
                Members =
                [
                    Member("gpu-1", MeshRole.GpuNode),
                    Member("gpu-2", MeshRole.GpuNode) with
                    {
                        Address = IPAddress.Parse("10.201.128.2"),
                    },
                ],
            }
        );

        plan["gpu-1"].Networks[0].ToString().ShouldBe("10.201.128.3/16");
        plan["gpu-2"].Networks[0].ToString().ShouldBe("10.201.128.2/16");
    }

    [Fact]
    public void A_mesh_on_top_of_k3s_pods_is_refused_and_a_free_range_proposed()
    {
        var plan = () =>
            Plan(
                s_spec with
                {
                    Range = NebulaPrefix.Parse("10.42.0.0/16"),
                    Elsewhere =
                    [
                        new NamedRange("k3s pods", NebulaPrefix.Parse("10.42.0.0/16")),
                        new NamedRange("VPC", NebulaPrefix.Parse("10.200.0.0/13")),
                    ],
                    PodRange = null,
                }
            );

        var error = plan.ShouldThrow<NebulaValidationException>();
        error.Faults[0].Code.ShouldBe("mesh-overlap");
        error.Faults[0].Remedy.ShouldContain("10.213.0.0/16");
    }

    [Fact]
    public void Conflicts_among_members_are_reported_together()
    {
        var plan = () =>
            Plan(
                s_spec with
                {
                    PodRange = null,
                    Members =
                    [
                        Member("a", MeshRole.Host) with
                        {
                            Address = IPAddress.Parse("10.201.0.0"),
                        },
                        Member("a", MeshRole.Host) with
                        {
                            RoutesPods = true,
                        },
                        Member("b", MeshRole.Host) with
                        {
                            Address = IPAddress.Parse("10.201.48.9"),
                        },
                        Member("c", MeshRole.Host) with
                        {
                            Address = IPAddress.Parse("10.201.48.9"),
                            UnsafeNetworks = TestMesh.Prefixes("10.201.9.0/24"),
                        },
                    ],
                }
            );

        plan.ShouldThrow<NebulaValidationException>()
            .Faults.Select(f => f.Code)
            .ShouldBe(
                [
                    "mesh-duplicate-name",
                    "mesh-duplicate-address",
                    "mesh-address-outside",
                    "mesh-no-pod-range",
                    "mesh-unsafe-inside",
                ],
                ignoreOrder: true
            );
    }

    [Theory]
    [InlineData("10.201.0.0/25", null, null, "mesh-range")]
    [InlineData("10.201.0.1/16", null, null, "mesh-range")]
    [InlineData("fd77::/64", null, null, "mesh-range")]
    [InlineData("10.201.0.0/16", "fd77::/120", null, "mesh-range-v6")]
    [InlineData("10.201.0.0/16", null, "10.211.0.0/25", "mesh-pod-range")]
    public void A_range_that_cannot_work_is_refused(string range, string? rangeV6, string? pods, string code)
    {
        var plan = () =>
            Plan(
                s_spec with
                {
                    Range = NebulaPrefix.Parse(range),
                    RangeV6 = rangeV6 is null ? null : NebulaPrefix.Parse(rangeV6),
                    PodRange = pods is null ? null : NebulaPrefix.Parse(pods),
                }
            );

        plan.ShouldThrow<NebulaValidationException>().Code.ShouldBe(code);
    }

    [Fact]
    public void A_full_share_says_so()
    {
        var members = Enumerable.Range(0, 16).Select(i => Member($"lighthouse-{i}", MeshRole.Lighthouse));

        var plan = () => Plan(s_spec with { Range = NebulaPrefix.Parse("10.201.0.0/24"), Members = [.. members] });

        plan.ShouldThrow<NebulaValidationException>().Faults.ShouldHaveSingleItem().Code.ShouldBe("mesh-share-full");
    }

    [Property]
    public bool Addresses_lie_in_the_mesh_are_unique_and_the_same_every_time(byte[] roles)
    {
        var members = roles.Take(200).Select((r, i) => Member($"m{i}", (MeshRole)(1 + (r % 4)))).ToList();
        var spec = s_spec with { Members = members };

        var networks = Plan(spec).Assignments.Select(a => a.Networks[0]).ToList();

        // Addresses that end in .0 or .255 are legal, but other software takes them for special.
        return networks.All(n => spec.Range.Contains(n.Address) && n.Address.GetAddressBytes()[3] is not (0 or 255))
            && networks.Distinct().Count() == networks.Count
            && networks.SequenceEqual(Plan(spec).Assignments.Select(a => a.Networks[0]));
    }

    private static MeshNetworkPlan Plan(MeshNetworkSpec spec) =>
        MeshNetworkPlanner.Plan(spec, AddressLedger.Empty, Vector.Now);

    private static MeshMember Member(string name, MeshRole role) => new() { Name = name, Role = role };
}
