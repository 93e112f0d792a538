using System.Net;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests.Configuration;

/// <summary>A configuration in which every key is set.</summary>
internal static class Everything
{
    private static readonly NebulaEndpoint s_endpoint = NebulaEndpoint.Parse("198.51.100.7:4242");

    public static readonly NebulaConfig Config = new()
    {
        Pki = new PkiConfig
        {
            Ca = "/etc/nebula/ca.crt",
            Certificate = "/etc/nebula/host.crt",
            Key = "/etc/nebula/host.key",
            Blocklist = [new string('a', 64)],
            DisconnectInvalid = true,
            InitiatingVersion = CertificateVersion.V2,
        },
        StaticHosts = [new StaticHost(Address("10.201.0.1"), [s_endpoint, NebulaEndpoint.Parse("[2001:db8::1]:4242")])],
        StaticMap = new StaticMapConfig
        {
            Cadence = TimeSpan.FromMinutes(1.5),
            Network = StaticMapNetwork.Any,
            LookupTimeout = TimeSpan.FromMilliseconds(500),
        },
        Lighthouse = new LighthouseConfig
        {
            AmLighthouse = false,
            ServeDns = false,
            Dns = new LighthouseDnsConfig { Host = "10.201.0.2", Port = 5353 },
            Interval = 60,
            Hosts = [Address("10.201.0.1")],
            RemoteAllowList =
            [
                new AllowedRange(Range("0.0.0.0/0"), true),
                new AllowedRange(Range("172.16.0.0/12"), false),
            ],
            RemoteAllowRanges =
            [
                new RemoteAllowRange(Range("10.201.128.0/17"), [new AllowedRange(Range("10.0.0.0/8"), false)]),
            ],
            LocalAllowList = new LocalAllowList
            {
                Interfaces = [new AllowedInterface("docker.*", false)],
                Ranges = [new AllowedRange(Range("10.0.0.0/8"), true)],
            },
            AdvertiseAddresses = [s_endpoint],
            CalculatedRemotes =
            [
                new CalculatedRemotes(
                    Range("10.201.9.0/24"),
                    [new CalculatedRemote { Mask = Range("192.168.9.0/24"), Port = 4242 }]
                ),
            ],
        },
        Listen = new ListenConfig
        {
            Host = "::",
            Port = 4242,
            Batch = 32,
            ReadBuffer = 10485760,
            WriteBuffer = 10485760,
            SendRecvError = RecvErrorPolicy.Private,
            AcceptRecvError = RecvErrorPolicy.Never,
            SoMark = 7,
            WindowsBypassWdf = true,
            RebindOnNetworkChange = true,
        },
        Routines = 2,
        Punchy = new PunchyConfig
        {
            Punch = true,
            Respond = true,
            Delay = TimeSpan.FromSeconds(2),
            RespondDelay = TimeSpan.FromSeconds(6),
            TargetAllRemotes = true,
        },
        Cipher = NebulaCipher.ChaChaPoly,
        PreferredRanges = [Range("192.168.1.0/24")],
        Sshd = new SshdConfig
        {
            Enabled = true,
            Listen = "127.0.0.1:2222",
            HostKey = "/etc/nebula/ssh_host",
            AuthorizedUsers = [new SshUser { User = "admin", Keys = ["ssh-ed25519 AAAA admin"] }],
            TrustedCas = ["ssh-ed25519 BBBB ca"],
            SandboxDirectory = "/var/tmp/nebula",
        },
        Relay = new RelayConfig
        {
            Relays = [Address("10.201.0.1")],
            AmRelay = false,
            UseRelays = true,
        },
        Tun = new TunConfig
        {
            Disabled = false,
            Device = "nebula1",
            DropLocalBroadcast = true,
            DropMulticast = true,
            TxQueue = 1000,
            Mtu = 1380,
            Routes = [new MeshRoute { Route = Range("10.201.4.0/24"), Mtu = 8800 }],
            UnsafeRoutes =
            [
                new UnsafeRoute
                {
                    Route = Range("10.211.0.0/24"),
                    Via = [new UnsafeGateway { Gateway = Address("10.201.128.1"), Weight = 3 }],
                    Mtu = 1300,
                    Metric = 5,
                    Install = true,
                },
            ],
            UseSystemRouteTable = false,
            UseSystemRouteTableBufferSize = 65536,
            NetworkCategory = NetworkCategory.Public,
            WindowsBypassWdf = true,
        },
        Logging = new LoggingConfig
        {
            Level = NebulaLogLevel.Warn,
            Format = NebulaLogFormat.Json,
            DisableTimestamp = false,
            TimestampFormat = "2006-01-02T15:04:05Z07:00",
        },
        Stats = new StatsConfig
        {
            Type = StatsType.Prometheus,
            Interval = TimeSpan.FromSeconds(10),
            Listen = "127.0.0.1:8080",
            Path = "/metrics",
            Namespace = "mesh",
            Subsystem = "nebula",
            Host = "127.0.0.1:2003",
            Protocol = "tcp",
            Prefix = "mesh",
            MessageMetrics = true,
            LighthouseMetrics = true,
        },
        Handshakes = new HandshakesConfig
        {
            TryInterval = TimeSpan.FromMilliseconds(200),
            Retries = 20,
            QueryBuffer = 128,
            TriggerBuffer = 128,
        },
        Tunnels = new TunnelsConfig { DropInactive = true, InactivityTimeout = TimeSpan.FromMinutes(5) },
        Timers = new TimersConfig
        {
            ConnectionAliveInterval = 3,
            PendingDeletionInterval = 6,
            RequeryWaitDuration = TimeSpan.FromSeconds(30),
        },
        Counters = new CountersConfig { TryPromote = 500, RequeryEveryPackets = 2500 },
        Firewall = new FirewallConfig
        {
            OutboundAction = FirewallAction.Drop,
            InboundAction = FirewallAction.Reject,
            DefaultLocalCidrAny = false,
            Conntrack = new ConntrackConfig
            {
                TcpTimeout = TimeSpan.FromHours(1),
                UdpTimeout = TimeSpan.FromMinutes(2),
                DefaultTimeout = TimeSpan.FromMinutes(5),
                RoutineCacheTimeout = TimeSpan.FromSeconds(1),
            },
            Outbound = [new FirewallRule { Host = "any" }],
            Inbound =
            [
                new FirewallRule { Ports = FirewallPorts.Fragments, Groups = ["one"] },
                new FirewallRule
                {
                    Protocol = FirewallProtocol.Tcp,
                    Ports = FirewallPorts.Of(8000, 8100),
                    Host = "nas: the \"big\" one",
                    Groups = ["a", "b"],
                    Cidr = FirewallRange.Of(Range("10.201.0.0/16")),
                    LocalCidr = FirewallRange.Any,
                    CaName = "home",
                    CaFingerprint = new string('b', 64),
                },
            ],
        },
    };

    private static IPAddress Address(string text) => IPAddress.Parse(text);

    private static NebulaPrefix Range(string text) => NebulaPrefix.Parse(text);
}
