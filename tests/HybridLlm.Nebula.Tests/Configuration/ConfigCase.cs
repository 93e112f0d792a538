namespace HybridLlm.Nebula.Tests.Configuration;

/// <summary>
/// A configuration file, what the real <c>nebula -test</c> makes of it, and what we must find. <c>PKI</c> stands for a good
/// <c>pki</c> section; the node is 10.201.0.2/16 and routes for 192.168.9.0/24.
/// </summary>
/// <param name="Name">What it is about.</param>
/// <param name="Yaml">The file.</param>
/// <param name="NebulaAccepts">Whether <c>nebula -test</c> exits 0.</param>
/// <param name="Code">The error we must find; null for none.</param>
/// <param name="Line">Its line, from 1; 0 to leave that open.</param>
internal sealed record ConfigCase(string Name, string Yaml, bool NebulaAccepts, string? Code, int Line = 0)
{
    private const string Good = "PKI";
    public const string Inbound = "PKI\nfirewall:\n  inbound:\n    - ";
    private const string Node = "PKI\nstatic_host_map: {10.201.0.1: [\"192.0.2.1:4242\"]}\n";

    /// <summary>Configurations that work: nebula accepts them and we find no error.</summary>
    public static readonly ConfigCase[] Works =
    [
        Ok("nothing but pki", Good),
        Ok("a lighthouse", "PKI\nlighthouse: {am_lighthouse: true}\nlisten: {port: 4242, host: \"::\"}"),
        Ok("a host", Node + "lighthouse: {hosts: [10.201.0.1], interval: 60}"),
        Ok("one endpoint without a list", "PKI\nstatic_host_map: {10.201.0.1: \"lh.example:4242\"}"),
        Ok(
            "an IPv6 endpoint",
            "PKI\nstatic_host_map: {10.201.0.1: [\"[2001:db8::1]:4242\"]}\nstatic_map: {network: ip}"
        ),
        Ok("lookups of names", "PKI\nstatic_map: {cadence: 1m30s, network: ip6, lookup_timeout: 1.5s}"),
        Ok("the other cipher", "PKI\ncipher: chachapoly"),
        Ok("booleans in words", "PKI\npunchy: {punch: yes, respond: Y, target_all_remotes: \"no\"}"),
        Ok(
            "an allow list that only allows",
            "PKI\nlighthouse: {remote_allow_list: {192.0.2.0/24: true, 198.51.100.0/24: true}}"
        ),
        Ok(
            "a mixed allow list with a default",
            "PKI\nlighthouse: {remote_allow_list: {0.0.0.0/0: false, 192.0.2.0/24: true}}"
        ),
        Ok(
            "interfaces",
            "PKI\nlighthouse: {local_allow_list: {interfaces: {docker.*: false, tun0: false}, 10.0.0.0/8: true}}"
        ),
        Ok(
            "interfaces by Go's own expressions",
            "PKI\nlighthouse: {local_allow_list: {interfaces: {'(?P<kind>eth|wl)\\d+': true, '\\pL{1,1000}': true, '[[:alpha:]]*': true}}}"
        ),
        Ok("allow ranges", "PKI\nlighthouse: {remote_allow_ranges: {10.201.5.0/24: {192.0.2.0/24: true}}}"),
        Ok(
            "calculated remotes",
            "PKI\nlighthouse: {calculated_remotes: {10.201.0.0/16: [{mask: 192.168.0.0/16, port: 4242}]}}"
        ),
        Ok("a relay", "PKI\nrelay: {am_relay: true}"),
        Ok("a host with relays", "PKI\nrelay: {relays: [10.201.0.1], use_relays: true}"),
        Ok("a part of the mesh with another mtu", "PKI\ntun: {mtu: 1400, routes: [{mtu: 8800, route: 10.201.4.0/24}]}"),
        Ok(
            "an unsafe route",
            "PKI\ntun: {unsafe_routes: [{route: 10.0.0.0/16, via: 10.201.0.9, mtu: 1300, metric: 5, install: false}]}"
        ),
        Ok(
            "several gateways",
            "PKI\ntun: {unsafe_routes: [{route: 10.0.0.0/16, via: [{gateway: 10.201.0.9, weight: 3}, {gateway: 10.201.0.8}]}]}"
        ),
        Ok(
            "metrics for prometheus",
            "PKI\nstats: {type: prometheus, listen: 127.0.0.1:8080, path: /metrics, interval: 10s}"
        ),
        Ok(
            "metrics for graphite",
            "PKI\nstats: {type: graphite, host: 127.0.0.1:2003, protocol: tcp, prefix: mesh, interval: 10s}"
        ),
        Ok("no metrics", "PKI\nstats: {type: none}"),
        Ok("json logs", "PKI\nlogging: {level: debug, format: json, disable_timestamp: true}"),
        Ok("port ranges", Inbound + "{port: 8000-8100, proto: tcp, group: a}"),
        Ok("fragments", Inbound + "{port: fragment, proto: any, host: any}"),
        Ok("icmp without port", Inbound + "{proto: icmp, host: any}"),
        Ok("several groups", Inbound + "{port: 1, proto: udp, groups: [a, b]}"),
        Ok("groups in quotes", Inbound + "{port: 1, proto: udp, groups: ['1', \"true\", 1a, yes]}"),
        Ok("groups without a list", Inbound + "{port: 1, proto: udp, groups: a}"),
        Ok("an authority by name", Inbound + "{port: 22, proto: tcp, ca_name: mesh}"),
        Ok("a range behind us", Inbound + "{port: 22, proto: tcp, host: any, local_cidr: 192.168.9.0/24}"),
        Ok("any cidr", Inbound + "{port: 22, proto: tcp, cidr: any}"),
        Ok(
            "conntrack",
            "PKI\nfirewall: {conntrack: {tcp_timeout: 12m, udp_timeout: 3m, default_timeout: 10m}, inbound_action: reject}"
        ),
        Ok(
            "tuning",
            "PKI\nhandshakes: {try_interval: 200ms, retries: 20}\ntunnels: {drop_inactive: true, inactivity_timeout: 5m}\nroutines: 2"
        ),
        Ok("recv_error in its old form", "PKI\nlisten: {send_recv_error: false, accept_recv_error: private}"),
        Ok("an anchor", "PKI\nlighthouse: {hosts: &none []}\nrelay: {relays: *none}"),
        Ok("empty sections", "PKI\nlighthouse:\nfirewall:\n  inbound:\n"),
        Ok("advertised addresses", "PKI\nlighthouse: {advertise_addrs: [\"198.51.100.7:0\"]}"),
        Ok("a deprecated key", "PKI\npunch_back: true\npunchy: true"),
    ];

    /// <summary>Configurations that nebula refuses; so must we.</summary>
    public static readonly ConfigCase[] Refused =
    [
        No("no pki", "listen: {port: 4242}", "config-pki-missing"),
        No("an authority that is not there", "pki: {ca: /nowhere, cert: CERT, key: KEY}", "config-pki-unreadable", 1),
        No("a certificate that is not there", "pki: {ca: CA, cert: /nowhere, key: KEY}", "config-pki-unreadable", 1),
        No("a key that is not there", "pki: {ca: CA, cert: CERT, key: /nowhere}", "config-pki-unreadable", 1),
        No("a key of another certificate", "pki: {ca: CA, cert: CERT, key: OTHERKEY}", "config-key-mismatch", 1),
        No("an expired certificate", "pki: {ca: CA, cert: EXPIRED, key: KEY}", "verify-expired", 1),
        No("an authority's certificate for a host", "pki: {ca: CA, cert: CA, key: KEY}", "config-cert-ca", 1),
        No("a host's certificate for an authority", "pki: {ca: CERT, cert: CERT, key: KEY}", "ca-not-an-authority", 1),
        No("only expired authorities", "pki: {ca: EXPIREDCA, cert: CERT, key: KEY}", "config-ca-expired", 1),
        No("the certificate twice", "pki: {ca: CA, cert: TWICE, key: KEY}", "config-cert-twice", 1),
        No(
            "v1 first without a v1",
            "pki: {ca: CA, cert: CERT, key: KEY, initiating_version: 1}",
            "config-initiating-version",
            1
        ),
        No("an unknown version", "pki: {ca: CA, cert: CERT, key: KEY, initiating_version: 3}", "config-value", 1),
        No("no yaml", "PKI\nlisten: [", "config-yaml"),
        No("a key twice", "PKI\nlisten: {port: 1}\nlisten: {port: 2}", "config-yaml", 3),
        No("an unknown cipher", "PKI\ncipher: des", "config-value", 2),
        No("an unknown log level", "PKI\nlogging: {level: loud}", "config-value", 2),
        No("an unknown log format", "PKI\nlogging: {format: xml}", "config-value", 2),
        No(
            "metrics without interval",
            "PKI\nstats: {type: prometheus, listen: 127.0.0.1:8080, path: /m}",
            "config-service"
        ),
        No(
            "metrics without path",
            "PKI\nstats: {type: prometheus, listen: 127.0.0.1:8080, interval: 1s}",
            "config-service"
        ),
        No("metrics without address", "PKI\nstats: {type: prometheus, path: /m, interval: 1s}", "config-service"),
        No("metrics without server", "PKI\nstats: {type: graphite, interval: 1s}", "config-service"),
        No("unknown metrics", "PKI\nstats: {type: statsd, interval: 1s}", "config-value", 2),
        No("a lighthouse nobody can find", "PKI\nlighthouse: {hosts: [10.201.0.1]}", "config-lighthouse-unknown", 2),
        No("a lighthouse that is no address", "PKI\nlighthouse: {hosts: [home]}", "config-value", 2),
        No("a lighthouse without port", "PKI\nlighthouse: {am_lighthouse: true}", "config-lighthouse-port", 2),
        No("a static host without port", "PKI\nstatic_host_map: {10.201.0.1: [192.0.2.1]}", "config-value", 2),
        No("a static host that is no address", "PKI\nstatic_host_map: {home: [\"192.0.2.1:4242\"]}", "config-value", 2),
        No("an unknown lookup network", "PKI\nstatic_map: {network: ip5}", "config-value", 2),
        No(
            "a mixed allow list",
            "PKI\nlighthouse: {remote_allow_list: {192.0.2.0/24: true, 192.0.2.0/25: false}}",
            "config-allow-default",
            2
        ),
        No("an allow list of nonsense", "PKI\nlighthouse: {remote_allow_list: {home: true}}", "config-value", 2),
        No("an allow list of numbers", "PKI\nlighthouse: {remote_allow_list: {192.0.2.0/24: 1}}", "config-value", 2),
        No(
            "an allow list in quotes",
            "PKI\nlighthouse: {remote_allow_list: {192.0.2.0/24: 'true'}}",
            "config-value",
            2
        ),
        No("flows kept for no time", "PKI\nfirewall: {conntrack: {tcp_timeout: 0s}}", "config-conntrack", 2),
        No("flows kept for a negative time", "PKI\nfirewall: {conntrack: {udp_timeout: -1s}}", "config-value", 2),
        No("an allow list of maybes", "PKI\nlighthouse: {remote_allow_list: {192.0.2.0/24: maybe}}", "config-value", 2),
        No(
            "mixed interfaces",
            "PKI\nlighthouse: {local_allow_list: {interfaces: {a: true, b: false}}}",
            "config-allow-interfaces"
        ),
        No(
            "a calculated remote of another size",
            "PKI\nlighthouse: {calculated_remotes: {10.201.0.0/16: [{mask: \"fd00::/16\", port: 1}]}}",
            "config-calculated-remote"
        ),
        No("a rule for nobody", Inbound + "{port: 22, proto: tcp}", "config-rule-selector", 4),
        No("a rule without protocol", Inbound + "{port: 22, host: any}", "config-rule-incomplete", 4),
        No("a rule without port", Inbound + "{proto: tcp, host: any}", "config-rule-incomplete", 4),
        No("an unknown protocol", Inbound + "{port: 22, proto: icmpv6, host: any}", "config-value", 4),
        No("a port by name", Inbound + "{port: ssh, proto: tcp, host: any}", "config-value", 4),
        No("a port too high", Inbound + "{port: 65536, proto: tcp, host: any}", "config-value", 4),
        No("a range backwards", Inbound + "{port: 9-8, proto: tcp, host: any}", "config-value", 4),
        No("group and groups", Inbound + "{port: 1, proto: tcp, group: a, groups: [b]}", "config-rule-groups", 4),
        No("a rule whose port is empty", Inbound + "{port: , proto: tcp, host: any}", "config-value", 4),
        No("a rule whose protocol is empty", Inbound + "{port: 1, proto: ~, host: any}", "config-value", 4),
        No("a rule for the empty host", Inbound + "{port: 1, proto: tcp, host: ''}", "config-rule-selector", 4),
        No("a rule for the empty group", Inbound + "{port: 1, proto: tcp, group: ''}", "config-rule-selector", 4),
        No("a group that reads as a number", Inbound + "{port: 1, proto: tcp, groups: [a, 1]}", "config-value", 4),
        No("a group that reads as a truth", Inbound + "{port: 1, proto: tcp, groups: [False, a]}", "config-value", 4),
        No("a group that reads as a date", Inbound + "{port: 1, proto: tcp, groups: [2001-01-01]}", "config-value", 4),
        No("a rule for groups of nothing", Inbound + "{port: 1, proto: tcp, groups: [null]}", "config-value", 4),
        No(
            "a rule for a range of nothing",
            Inbound + "{port: 1, proto: tcp, host: any, cidr: null}",
            "config-value",
            4
        ),
        No("a group that is a list of two", Inbound + "{port: 1, proto: tcp, group: [a, b]}", "config-value", 4),
        No("a range that is none", Inbound + "{port: 1, proto: tcp, cidr: home}", "config-value", 4),
        No(
            "a local range that is none",
            Inbound + "{port: 1, proto: tcp, host: any, local_cidr: 10.0.0.0}",
            "config-value",
            4
        ),
        No("handshakes without a pause", "PKI\nhandshakes: {try_interval: 0s}", "config-handshakes", 2),
        No(
            "an interface by look-ahead",
            "PKI\nlighthouse: {local_allow_list: {interfaces: {'eth(?=0)': true}}}",
            "config-allow-interfaces",
            2
        ),
        No(
            "an interface repeated too often",
            "PKI\nlighthouse: {local_allow_list: {interfaces: {'e{1001,}': true}}}",
            "config-allow-interfaces",
            2
        ),
        No(
            "an interface that is no expression",
            "PKI\nlighthouse: {local_allow_list: {interfaces: {'eth[': true}}}",
            "config-allow-interfaces",
            2
        ),
        No(
            "values without end",
            $"PKI\na: &a [{Refer("x")}]\nb: &b [{Refer("*a")}]\nc: &c [{Refer("*b")}]\nd: [{Refer("*c")}]",
            "config-yaml"
        ),
        No("rules that are no list", "PKI\nfirewall: {inbound: {port: any}}", "config-not-a-list", 2),
        No("a rule that is no map", Inbound + "allow all", "config-not-a-map", 4),
        No("port and code", Inbound + "{port: 1, code: 2, proto: tcp, host: any}", "config-unknown-key", 4),
        No(
            "an advertised address without port",
            "PKI\nlighthouse: {advertise_addrs: [198.51.100.7]}",
            "config-value",
            2
        ),
    ];

    public override string ToString() => Name;

    private static string Refer(string to) => string.Join(',', Enumerable.Repeat(to, 60));

    private static ConfigCase Ok(string name, string yaml) => new(name, yaml, true, null);

    private static ConfigCase No(string name, string yaml, string code, int line = 0) =>
        new(name, yaml, false, code, line);

    public static ConfigCase Trap(string name, string yaml, string code, int line = 0) =>
        new(name, yaml, true, code, line);
}
