namespace HybridLlm.Nebula.Machines;

/// <summary>Nebula as a systemd service: reload is SIGHUP, and only the network administration capability is kept.</summary>
public static class SystemdUnit
{
    /// <summary>Name of the unit's file, below <c>/etc/systemd/system</c>.</summary>
    public const string FileName = "nebula.service";

    /// <summary>The unit's text.</summary>
    /// <param name="program">Absolute path of nebula on the machine.</param>
    /// <param name="configFolder">Absolute path of the folder with <c>config.yml</c>.</param>
    public static string Write(string program = "/usr/local/bin/nebula", string configFolder = "/etc/nebula")
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        ArgumentException.ThrowIfNullOrEmpty(configFolder);
        return $"""
            [Unit]
            Description=Nebula mesh
            Wants=network-online.target time-sync.target
            After=network-online.target time-sync.target

            [Service]
            Type=notify
            NotifyAccess=main
            ExecStart={program} -config {configFolder}/config.yml
            ExecReload=/bin/kill -HUP $MAINPID
            Restart=always
            RestartSec=2
            CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE
            NoNewPrivileges=yes
            ProtectHome=yes
            ProtectSystem=full
            PrivateTmp=yes

            [Install]
            WantedBy=multi-user.target

            """;
    }

    /// <summary>A drop-in that starts another service only once nebula is up, e.g. k3s.</summary>
    public static string WriteDropIn() =>
        $"""
            [Unit]
            Wants={FileName}
            After={FileName}

            """;
}
