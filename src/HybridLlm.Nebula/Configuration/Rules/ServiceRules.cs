namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>Rules of <c>stats</c> and <c>sshd</c>.</summary>
internal static class ServiceRules
{
    public static void Check(NebulaConfig config, ConfigFindings findings)
    {
        Stats(config.Stats, findings);
        Sshd(config.Sshd, findings);
    }

    private static void Stats(StatsConfig stats, ConfigFindings findings)
    {
        if (stats.Type is null or StatsType.None)
        {
            return;
        }

        Need(
            findings,
            "stats.interval",
            stats.Interval > TimeSpan.Zero,
            "Metrics need an interval.",
            "Give one, e.g. 10s."
        );
        if (stats.Type == StatsType.Prometheus)
        {
            Need(
                findings,
                "stats.listen",
                NebulaEndpoint.TryParse(Bindable(stats.Listen), out _),
                "The metrics page needs an address.",
                "Give host and port, e.g. 127.0.0.1:8080."
            );
            Need(
                findings,
                "stats.path",
                stats.Path?.StartsWith('/') == true,
                "The metrics page needs a path.",
                "Give one, e.g. /metrics."
            );
            return;
        }

        Need(
            findings,
            "stats.host",
            NebulaEndpoint.TryParse(stats.Host, out _),
            "Graphite metrics need a server.",
            "Give its host and port."
        );
        Need(
            findings,
            "stats.protocol",
            stats.Protocol is null or "tcp" or "udp",
            "Graphite metrics go by tcp or udp.",
            "Write tcp or udp."
        );
    }

    private static void Sshd(SshdConfig sshd, ConfigFindings findings)
    {
        if (sshd.Enabled != true)
        {
            return;
        }

        var hasEndpoint = NebulaEndpoint.TryParse(Bindable(sshd.Listen), out var endpoint);
        Need(
            findings,
            "sshd.listen",
            hasEndpoint && endpoint.Port != 22,
            "The debug console needs an address, and nebula refuses port 22.",
            "Give host and port, e.g. 127.0.0.1:2222."
        );
        Need(
            findings,
            "sshd.host_key",
            !string.IsNullOrEmpty(sshd.HostKey),
            "The debug console needs a host key.",
            "Give a path or the key itself, made by ssh-keygen."
        );
        Need(
            findings,
            "sshd.authorized_users",
            sshd.AuthorizedUsers.Any(u => u.User is not null && u.Keys.Count > 0) || sshd.TrustedCas.Count > 0,
            "Nobody may log in to the debug console.",
            "List users with keys, or trusted_cas."
        );
    }

    // ":8080" listens on every address.
    private static string? Bindable(string? listen) => listen?.StartsWith(':') == true ? "0.0.0.0" + listen : listen;

    private static void Need(ConfigFindings findings, string path, bool isThere, string message, string remedy)
    {
        if (!isThere)
        {
            findings.Error(path, "config-service", message, remedy);
        }
    }
}
