using System.Globalization;

namespace HybridLlm.Nebula.Mesh;

/// <summary>What two looks at a node's Prometheus page say about its health. Pure.</summary>
public static class MetricsSignals
{
    /// <summary>Compares two pages of one node.</summary>
    /// <param name="earlier">The page some time ago; a minute or more tells most.</param>
    /// <param name="later">The page now.</param>
    /// <param name="renewWithin">How long before its end a certificate is to be renewed.</param>
    /// <returns>What is wrong; empty when nothing is.</returns>
    public static IReadOnlyList<NebulaFault> Judge(MetricsPage earlier, MetricsPage later, TimeSpan renewWithin)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(later);
        return
        [
            .. Certificate(later, renewWithin),
            .. Growth(earlier, later),
            .. Handshakes(earlier, later),
            .. Firewall(earlier, later),
            .. Lighthouse(earlier, later),
        ];
    }

    private static IEnumerable<NebulaFault> Certificate(MetricsPage page, TimeSpan renewWithin)
    {
        if (page.Find("certificate_ttl_seconds") is { } seconds && seconds < renewWithin.TotalSeconds)
        {
            yield return new(
                "metrics-certificate",
                seconds < 0
                    ? "The node's certificate has expired."
                    : $"The node's certificate ends in {TimeSpan.FromSeconds(seconds):c}.",
                "Renew it and reload the node."
            );
        }
    }

    private static IEnumerable<NebulaFault> Growth(MetricsPage earlier, MetricsPage later)
    {
        (double Grown, string Code, string Message, string Remedy)[] counters =
        [
            (
                Grown("handshake_manager_timed_out"),
                "metrics-handshakes",
                "handshakes timed out",
                "Probe the hosts it talks to; the mesh's other logs say who refuses whom."
            ),
            (
                Grown("messages_rx_recv_error"),
                "metrics-recv-error",
                "peers said they had no such tunnel",
                "Peers restarted or lost their state; if it goes on, look at their logs."
            ),
            (
                later.Sum("udp_", "_drops") - earlier.Sum("udp_", "_drops"),
                "metrics-udp-drops",
                "packets were dropped because a socket buffer was full",
                "Enlarge listen.read_buffer, or add routines."
            ),
            (
                Grown("network_packets_lost"),
                "metrics-packets-lost",
                "packets were lost on the way",
                "Check the path outside the mesh, and tun.mtu against it."
            ),
        ];
        return counters
            .Where(c => c.Grown > 0)
            .Select(c => new NebulaFault(c.Code, $"{Number(c.Grown)} {c.Message}.", c.Remedy));

        double Grown(string name) => (later.Find(name) ?? 0) - (earlier.Find(name) ?? 0);
    }

    private static IEnumerable<NebulaFault> Handshakes(MetricsPage earlier, MetricsPage later)
    {
        if (earlier.Find("hostmap_pending_hosts") > 0 && later.Find("hostmap_pending_hosts") is > 0 and var pending)
        {
            yield return new(
                "metrics-pending",
                $"{Number(pending)} hosts are waited for, now as before.",
                "Somebody here sends to hosts that are not there; list-pending-hostmap on the debug console names them."
            );
        }
    }

    private static IEnumerable<NebulaFault> Firewall(MetricsPage earlier, MetricsPage later)
    {
        const string Dropped = "firewall_incoming_dropped_no_rule";
        const string Version = "firewall_rules_version";
        if (later.Find(Version) > earlier.Find(Version) && later.Find(Dropped) > earlier.Find(Dropped))
        {
            yield return new(
                "metrics-firewall",
                $"{Number(later.Find(Dropped)!.Value - earlier.Find(Dropped)!.Value)} incoming packets found no rule since the rules changed.",
                "Compare the new rules with the old; explain the packets with the simulator."
            );
        }
    }

    private static IEnumerable<NebulaFault> Lighthouse(MetricsPage earlier, MetricsPage later)
    {
        var reports = Grown("lighthouse_rx_HostUpdateNotification");
        var acknowledged = Grown("lighthouse_tx_HostUpdateNotificationAck");
        if (later.Find("lighthouse_tx_HostUpdateNotificationAck") is not null && reports > acknowledged + 1)
        {
            yield return new(
                "metrics-lighthouse",
                $"The lighthouse got {Number(reports)} reports and acknowledged {Number(acknowledged)}.",
                "Look at its log and its load."
            );
        }

        double Grown(string name) => (later.Find(name) ?? 0) - (earlier.Find(name) ?? 0);
    }

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
