namespace HybridLlm.Nebula.Tests.Configuration;

/// <summary>Configurations that pass <c>nebula -test</c> and that we refuse; see <see cref="ConfigCase"/>.</summary>
internal static class ConfigTraps
{
    private const string Capitals = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    /// <summary>Configurations that nebula accepts and that do not do what they say: here we are stricter.</summary>
    public static readonly ConfigCase[] All =
    [
        ConfigCase.Trap("an unknown key", "PKI\nlistne: {port: 4242}", "config-unknown-key", 2),
        ConfigCase.Trap("an unknown key further down", "PKI\nlisten:\n  prot: 4242", "config-unknown-key", 3),
        ConfigCase.Trap("a word for an mtu", "PKI\ntun: {mtu: big}", "config-value", 2),
        ConfigCase.Trap("an octal mtu", "PKI\ntun: {mtu: 01400}", "config-value", 2),
        ConfigCase.Trap("a bare number for a duration", "PKI\nhandshakes: {try_interval: 100}", "config-value", 2),
        ConfigCase.Trap("maybe for a boolean", "PKI\ntun: {disabled: maybe}", "config-value", 2),
        ConfigCase.Trap(
            "a certificate of another authority",
            "pki: {ca: OTHERCA, cert: CERT, key: KEY}",
            "verify-unknown-issuer",
            1
        ),
        ConfigCase.Trap(
            "a blocklist that is no list",
            "pki: {ca: CA, cert: CERT, key: KEY, blocklist: abcd}",
            "config-not-a-list",
            1
        ),
        ConfigCase.Trap(
            "a blocklist of nonsense",
            "pki: {ca: CA, cert: CERT, key: KEY, blocklist: [abcd]}",
            "blocklist-entry",
            1
        ),
        ConfigCase.Trap(
            "a blocklist in capitals",
            "pki: {ca: CA, cert: CERT, key: KEY, blocklist: [" + Capitals + "]}",
            "blocklist-case",
            1
        ),
        ConfigCase.Trap(
            "an unsafe route inside the mesh",
            "PKI\ntun: {unsafe_routes: [{route: 10.201.9.0/24, via: 10.201.0.9}]}",
            "config-unsafe-route-inside",
            2
        ),
        ConfigCase.Trap(
            "an unsafe route via elsewhere",
            "PKI\ntun: {unsafe_routes: [{route: 10.0.0.0/16, via: 192.0.2.9}]}",
            "config-unsafe-route-via",
            2
        ),
        ConfigCase.Trap(
            "an unsafe route via ourselves",
            "PKI\ntun: {unsafe_routes: [{route: 10.0.0.0/16, via: 10.201.0.2}]}",
            "config-unsafe-route-self",
            2
        ),
        ConfigCase.Trap(
            "an unsafe route via nothing",
            "PKI\ntun: {unsafe_routes: [{route: 10.0.0.0/16}]}",
            "config-unsafe-route",
            2
        ),
        ConfigCase.Trap(
            "a route outside the mesh",
            "PKI\ntun: {routes: [{route: 10.0.0.0/16, mtu: 1400}]}",
            "config-route-outside",
            2
        ),
        ConfigCase.Trap(
            "a route with a tiny mtu",
            "PKI\ntun: {routes: [{route: 10.201.1.0/24, mtu: 100}]}",
            "config-value",
            2
        ),
        ConfigCase.Trap(
            "a relay with relays",
            "PKI\nrelay: {am_relay: true, relays: [10.201.0.1]}",
            "config-relay-role",
            2
        ),
        ConfigCase.Trap(
            "sshd on port 22",
            "PKI\nsshd: {enabled: true, listen: 127.0.0.1:22, host_key: /nowhere}",
            "config-service",
            2
        ),
        ConfigCase.Trap("sshd without key", "PKI\nsshd: {enabled: true, listen: 127.0.0.1:2222}", "config-service", 2),
        ConfigCase.Trap("preferred ranges of nonsense", "PKI\npreferred_ranges: [home]", "config-value", 2),
        ConfigCase.Trap(
            "host any beside a group",
            ConfigCase.Inbound + "{port: 22, proto: tcp, host: any, group: admins}",
            "config-rule-any",
            4
        ),
        ConfigCase.Trap(
            "a rule with the dead word code",
            ConfigCase.Inbound + "{code: 22, proto: tcp, host: any}",
            "config-unknown-key",
            4
        ),
        ConfigCase.Trap(
            "an authority in capitals",
            ConfigCase.Inbound + "{port: 22, proto: tcp, ca_sha: " + Capitals + "}",
            "config-rule-ca",
            4
        ),
        ConfigCase.Trap(
            "a local range that is not ours",
            ConfigCase.Inbound + "{port: 22, proto: tcp, host: any, local_cidr: 172.16.0.0/12}",
            "config-local-cidr",
            4
        ),
        ConfigCase.Trap("dns on a host", "PKI\nlighthouse: {serve_dns: true}", "config-dns-role", 2),
        ConfigCase.Trap(
            "an advertised address inside the mesh",
            "PKI\nlighthouse: {advertise_addrs: [\"10.201.0.2:4242\"]}",
            "config-endpoint-inside",
            2
        ),
        ConfigCase.Trap(
            "our own certificate blocked",
            "pki: {ca: CA, cert: CERT, key: KEY, blocklist: [FINGERPRINT]}",
            "config-cert-blocked",
            1
        ),
        ConfigCase.Trap(
            "a rule whose host is empty",
            ConfigCase.Inbound + "{port: 1, proto: tcp, host: , group: a}",
            "config-value",
            4
        ),
        ConfigCase.Trap("an unknown action", "PKI\nfirewall: {inbound_action: refuse}", "config-value", 2),
        ConfigCase.Trap("on for a boolean", "PKI\nrelay: {am_relay: on}", "config-value", 2),
    ];
}
