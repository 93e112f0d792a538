using System.Reflection;
using System.Text;
using HybridLlm.AwsGpu.Bootstrap;

namespace HybridLlm.AwsGpu.Interruptions.Sources;

/// <summary>
/// The agent on a node that asks its metadata service every five seconds, as AWS advises, and leaves word in the cluster's bucket. It needs
/// neither the mesh nor Kubernetes, nor any permission. Its files and its unit belong into the node's payload.
/// </summary>
public static class InterruptionAgent
{
    /// <summary>Name of the unit, for <see cref="NodeStep.Start"/>.</summary>
    public const string Unit = "hybridllm-interruption.service";

    private const string ScriptPath = "/opt/hybridllm/interruption-agent.sh";
    private const string SettingsPath = "/opt/hybridllm/interruption.env";
    private static readonly Lazy<string> s_script = new(ReadScript);

    /// <summary>The agent: POSIX <c>sh</c>, the same on every node.</summary>
    public static string Script => s_script.Value;

    /// <summary>The files of the agent; <see cref="Unit"/> starts it.</summary>
    /// <param name="urls">Where it leaves word.</param>
    /// <exception cref="ArgumentException">A URL holds a quote.</exception>
    public static IReadOnlyList<NodeFile> Files(InterruptionUrls urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        if (
            urls.Notice.AbsoluteUri.Contains('\'', StringComparison.Ordinal)
            || urls.Rebalance.AbsoluteUri.Contains('\'', StringComparison.Ordinal)
        )
        {
            throw new ArgumentException("A URL holds a quote.", nameof(urls));
        }

        return
        [
            new NodeFile(ScriptPath, Script),
            new NodeFile(
                SettingsPath,
                $"HYBRIDLLM_NOTICE_URL='{urls.Notice.AbsoluteUri}'\nHYBRIDLLM_REBALANCE_URL='{urls.Rebalance.AbsoluteUri}'\n"
            ),
            new NodeFile(
                $"/etc/systemd/system/{Unit}",
                $"""
                [Unit]
                Description=Tells when EC2 takes this machine
                Wants=network-online.target
                After=network-online.target

                [Service]
                EnvironmentFile={SettingsPath}
                ExecStart=/bin/sh {ScriptPath}
                Restart=on-failure
                RestartSec=5
                NoNewPrivileges=yes
                PrivateTmp=yes
                ProtectSystem=strict

                [Install]
                WantedBy=multi-user.target

                """
            ),
        ];
    }

    private static string ReadScript()
    {
        using var stream = Assembly
            .GetExecutingAssembly()
            .GetManifestResourceStream("HybridLlm.AwsGpu.Interruptions.Sources.interruption-agent.sh")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
