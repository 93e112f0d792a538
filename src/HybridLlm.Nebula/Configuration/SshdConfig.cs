using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary><c>sshd</c>: nebula's debug console.</summary>
public sealed record SshdConfig
{
    /// <summary>Whether it runs; null for false.</summary>
    public bool? Enabled { get; init; }

    /// <summary><c>host:port</c>; required when enabled, and the port may not be 22.</summary>
    public string? Listen { get; init; }

    /// <summary>The server's private key, path or PEM; required when enabled.</summary>
    public string? HostKey { get; init; }

    /// <summary>Who may log in.</summary>
    public IReadOnlyList<SshUser> AuthorizedUsers { get; init; } = [];

    /// <summary>SSH certificate authorities whose users may log in.</summary>
    public IReadOnlyList<string> TrustedCas { get; init; } = [];

    /// <summary>Folder profiles are written to; null for one in the temporary folder.</summary>
    public string? SandboxDirectory { get; init; }

    /// <summary>Where it listens and whose key it shows; an inlined key shows as "inline".</summary>
    public override string ToString() => $"listen: {Listen}, host_key: {PkiConfig.Shown(HostKey)}";

    internal static SectionCodec<SshdConfig> Codec { get; } =
        new SectionCodec<SshdConfig>()
            .Bool("enabled", c => c.Enabled, (c, v) => c with { Enabled = v }, Reload)
            .Text("listen", c => c.Listen, (c, v) => c with { Listen = v }, Reload)
            .Text("host_key", c => c.HostKey, (c, v) => c with { HostKey = v }, Reload)
            .List(
                "authorized_users",
                Codecs.List(SshUser.Codec),
                c => c.AuthorizedUsers,
                (c, v) => c with { AuthorizedUsers = v },
                Reload
            )
            .List(
                "trusted_cas",
                Codecs.List(Codecs.Text),
                c => c.TrustedCas,
                (c, v) => c with { TrustedCas = v },
                Reload
            )
            .Text("sandbox_dir", c => c.SandboxDirectory, (c, v) => c with { SandboxDirectory = v }, Restart);
}

/// <summary>A user of the debug console.</summary>
public sealed record SshUser
{
    /// <summary>Login name.</summary>
    public string? User { get; init; }

    /// <summary>Public keys in OpenSSH form; at least one.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    internal static SectionCodec<SshUser> Codec { get; } =
        new SectionCodec<SshUser>()
            .Text("user", c => c.User, (c, v) => c with { User = v }, Reload)
            .List("keys", Codecs.List(Codecs.Text, single: true), c => c.Keys, (c, v) => c with { Keys = v }, Reload);
}
