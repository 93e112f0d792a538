using HybridLlm.Nebula.Mesh;

namespace HybridLlm.Nebula.Tests.Mesh;

public sealed class MetricsSignalsTests
{
    private static readonly string s_page = Vector.Text("wire/metrics-lh.txt");

    public static TheoryData<string, string, string> Signals() =>
        new()
        {
            { "certificate_ttl_seconds", "-5", "metrics-certificate" },
            { "certificate_ttl_seconds", "3600", "metrics-certificate" },
            { "handshake_manager_timed_out", "3", "metrics-handshakes" },
            { "messages_rx_recv_error", "1", "metrics-recv-error" },
            { "udp_0_drops", "7", "metrics-udp-drops" },
            { "network_packets_lost", "7", "metrics-packets-lost" },
            { "lighthouse_rx_HostUpdateNotification", "20", "metrics-lighthouse" },
        };

    [Fact]
    public void A_healthy_node_gives_no_signal() =>
        MetricsSignals
            .Judge(MetricsPage.Parse(s_page), MetricsPage.Parse(s_page), TimeSpan.FromDays(7))
            .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Signals))]
    public void A_change_for_the_worse_is_a_signal(string metric, string value, string code) =>
        Judge(s_page, Set(s_page, metric, value)).ShouldBe([code]);

    [Theory]
    [MemberData(nameof(Signals))]
    public void A_namespace_before_the_names_changes_nothing(string metric, string value, string code) =>
        Judge(Prefixed(s_page), Prefixed(Set(s_page, metric, value))).ShouldBe([code]);

    [Fact]
    public void Hosts_that_stay_pending_are_a_signal_and_a_moments_wait_is_none()
    {
        var pending = Set(s_page, "hostmap_pending_hosts", "2");

        Judge(s_page, pending).ShouldBeEmpty();
        Judge(pending, pending).ShouldBe(["metrics-pending"]);
    }

    [Fact]
    public void Drops_count_once_the_rules_have_changed()
    {
        var dropped = Set(s_page, "firewall_incoming_dropped_no_rule", "9");

        Judge(s_page, dropped).ShouldBeEmpty();
        Judge(s_page, Set(dropped, "firewall_rules_version", "1")).ShouldBe(["metrics-firewall"]);
    }

    [Fact]
    public void What_is_no_metric_is_passed_over()
    {
        var page = MetricsPage.Parse("# HELP x\nnonsense\nx_y 1.5e3\n\n");

        page.Find("y").ShouldBe(1500);
        page.Find("z").ShouldBeNull();
    }

    private static IEnumerable<string> Judge(string earlier, string later) =>
        MetricsSignals
            .Judge(MetricsPage.Parse(earlier), MetricsPage.Parse(later), TimeSpan.FromDays(7))
            .Select(f => f.Code);

    private static string Set(string page, string metric, string value) =>
        string.Join(
            '\n',
            page.Split('\n').Select(l => l.StartsWith(metric + " ", StringComparison.Ordinal) ? $"{metric} {value}" : l)
        );

    private static string Prefixed(string page) =>
        string.Join('\n', page.Split('\n').Select(l => l.StartsWith('#') ? l : "mesh_nebula_" + l));
}
