using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Users;
using k8s;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>What a look at a cluster, and at two before they are peered, tells.</summary>
public sealed class InspectionTests
{
    private static readonly PreflightSpec s_spec = new()
    {
        Peering = Federation.Spec,
        OtherRanges = new Dictionary<string, string> { ["Nebula"] = "10.78.0.0/16", ["LAN"] = "192.168.1.0/24" },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_clusters_in_order_pass_every_check_and_nothing_is_written()
    {
        await using var two = await Federation.StartAsync();
        var (home, rented) = (Stored(two.Home), Stored(two.Rented));

        var report = await CheckAsync(two);

        report.CanPeer.ShouldBeTrue(report.ToString());
        report.Findings.Select(f => f.Check).Distinct().ShouldBe(Enum.GetValues<PreflightCheck>());
        report.Findings.ShouldAllBe(f => f.Verdict != PreflightVerdict.Unknown);
        (Stored(two.Home), Stored(two.Rented)).ShouldBe((home, rented));
    }

    [Fact]
    public async Task A_peering_that_stands_is_told_as_leftovers_of_both()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();

        var report = await CheckAsync(two);

        report.CanPeer.ShouldBeTrue();
        report
            .Findings.Where(f => f.Check == PreflightCheck.Leftovers)
            .Select(f => f.Verdict)
            .ShouldBe([PreflightVerdict.Warning, PreflightVerdict.Warning]);
    }

    [Fact]
    public async Task What_a_peering_user_may_not_see_is_told_as_unknown_and_stops_nothing()
    {
        await using var two = await Federation.StartAsync();
        var user = await new PeeringUsers(two.Rented.Liqo).GenerateAsync("homelab", cancellationToken: Stop);
        using var connection = two.Connect(user.Kubeconfig);

        var report = await new PeeringPreflight(two.Home.Connection, connection).CheckAsync(s_spec, Stop);

        report.CanPeer.ShouldBeTrue(report.ToString());
        report
            .Findings.Where(f => f is { Cluster: ClusterSide.Provider, Verdict: PreflightVerdict.Unknown })
            .Select(f => f.Check)
            .ShouldContain(PreflightCheck.Capacity);
    }

    [Fact]
    public async Task Kinds_of_a_part_installed_Liqo_that_are_not_served_are_named()
    {
        RealKubernetes.RequireEmulated("its definitions can be deleted at once");
        await using var two = await Federation.StartAsync();
        foreach (
            var name in new[]
            {
                "resourceslices.authentication",
                "virtualnodes.offloading",
                "configurations.networking",
            }
        )
        {
            await two.Home.Admin.DeleteCustomResourceDefinitionAsync($"{name}.liqo.io", cancellationToken: Stop);
        }

        var report = await CheckAsync(two);

        report.CanPeer.ShouldBeFalse();
        Missing(report).ShouldContain("Not served: ResourceSlice (authentication.liqo.io/v1beta1), VirtualNode");
        Missing(report).ShouldNotContain("Configuration");
        var networked = s_spec with { Peering = s_spec.Peering with { Network = NetworkFabric.Liqo } };
        Missing(await new PeeringPreflight(two.Home.Connection, two.Rented.Connection).CheckAsync(networked, Stop))
            .ShouldContain("Configuration (networking.liqo.io/v1beta1)");

        static string Missing(PreflightReport report) =>
            report
                .Findings.Single(f => f is { Check: PreflightCheck.Definitions, Verdict: PreflightVerdict.Failed })
                .Message;
    }

    [Fact]
    public async Task A_user_without_rights_is_told_each_that_is_missing()
    {
        await using var two = await Federation.StartAsync();
        using var connection = two.Connect(two.Rented.Cluster.CreateTokenKubeconfig("nobody"));

        var report = await new PeeringPreflight(two.Home.Connection, connection).CheckAsync(s_spec, Stop);

        report.CanPeer.ShouldBeFalse();
    }

    [Fact]
    public async Task A_dead_provider_is_a_finding_and_no_exception()
    {
        await using var two = await Federation.StartAsync();
        await two.Rented.Cluster.KillAsync();

        var report = await CheckAsync(two);

        var silent = report.Findings.Where(f => f.Verdict == PreflightVerdict.Failed).ShouldHaveSingleItem();
        (silent.Check, silent.Cluster).ShouldBe((PreflightCheck.Reachability, ClusterSide.Provider));
    }

    [Fact]
    public async Task An_address_the_certificate_does_not_hold_for_fails_before_the_peering_does()
    {
        await using var two = await Federation.StartAsync(o => o.ApiServerAddress = new Uri("https://10.78.0.7:6443"));

        var report = await CheckAsync(two);

        var wrong = report.Findings.Where(f => f.Verdict == PreflightVerdict.Failed).ShouldHaveSingleItem();
        wrong.Check.ShouldBe(PreflightCheck.ApiServer);
        wrong.Remedy.ShouldContain("--tls-san 10.78.0.7");
    }

    [Fact]
    public async Task An_overview_tells_version_peers_slices_and_certificates()
    {
        await using var two = await Federation.StartAsync(o =>
            o.ClusterLabels = new Dictionary<string, string> { ["node-type"] = "gpu" }
        );
        await two.PeerAsync();

        var home = await new ClusterInspector(two.Home.Liqo).ReadAsync(Stop);
        var rented = await new ClusterInspector(two.Rented.Liqo).ReadAsync(Stop);

        (home.Id, home.Version).ShouldBe(("homelab", LiqoVersion.Target));
        home.UnhealthyPods.ShouldBeEmpty();
        home.Ranges.ShouldContain(KeyValuePair.Create("pod-cidr", "10.244.0.0/16"));
        var peer = home.Peers.ShouldHaveSingleItem();
        (peer.Id, peer.Role, peer.Answers).ShouldBe((Federation.ProviderId, "Provider", true));
        peer.Alerts.ShouldBeEmpty();
        peer.Modules["networking"].ShouldBe(ModuleHealth.Disabled);
        peer.Modules["offloading"].ShouldBe(ModuleHealth.Healthy);
        home.Slices.ShouldHaveSingleItem().IsGranted.ShouldBeTrue();
        home.Certificates.Select(c => c.SliceName).Order().ShouldBe([null, Federation.ProviderId]);
        rented.Peers.ShouldHaveSingleItem().Role.ShouldBe("Consumer");
        rented.ClusterLabels["node-type"].ShouldBe("gpu");

        var life = home.Certificates[0];
        life.At(life.NotBefore).ShouldBe(CertificateState.Valid);
        life.At(life.RenewsAt.AddHours(2)).ShouldBe(CertificateState.Overdue);
        life.At(life.NotAfter).ShouldBe(CertificateState.Expired);
        (life.RenewsAt - life.NotBefore).ShouldBe((life.NotAfter - life.NotBefore) * 2 / 3);
    }

    [Fact]
    public async Task An_overview_says_that_a_provider_does_not_answer()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.Rented.Cluster.KillAsync();
        await two.NoticeDeathAsync();

        var peer = (await new ClusterInspector(two.Home.Liqo).ReadAsync(Stop)).Peers.ShouldHaveSingleItem();

        peer.Answers.ShouldBe(false);
        peer.Alerts.ShouldContain(a => a.Contains("APIServerStatus", StringComparison.Ordinal));
    }

    private static Task<PreflightReport> CheckAsync(Federation two) =>
        new PeeringPreflight(two.Home.Connection, two.Rented.Connection).CheckAsync(s_spec, Stop);

    /// <summary>Writes that stored something: an access review is a question.</summary>
    private static int Stored(Member member) =>
        member.Cluster.Calls.Count(c => c.IsWrite && c.Resource != "selfsubjectaccessreviews");
}
