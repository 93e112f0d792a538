using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Firewall;

/// <summary>
/// From roles to rules. Everything is denied but what a role is for: a lighthouse answers pings, a GPU node serves models and
/// its Kubernetes API to the group <see cref="MeshGroups.Gateway"/> and starts nothing, and only machines at home and the
/// controlling process start conversations.
/// </summary>
public static class MeshFirewall
{
    /// <summary>Port of Ollama.</summary>
    public const int OllamaPort = 11434;

    /// <summary>Port of the Kubernetes API.</summary>
    public const int KubernetesPort = 6443;

    private static readonly FirewallAdmission s_ping = new()
    {
        Purpose = "Ping, within the mesh.",
        Protocol = FirewallProtocol.Icmp,
    };

    private static readonly FirewallAdmission s_anything = new()
    {
        Purpose = "Anything this node starts.",
        Protocol = FirewallProtocol.Any,
    };

    private static readonly FirewallAdmission[] s_serve =
    [
        new()
        {
            Purpose = "Models (Ollama).",
            Protocol = FirewallProtocol.Tcp,
            Ports = FirewallPorts.Of(OllamaPort),
            Groups = [MeshGroups.Gateway],
        },
        new()
        {
            Purpose = "Kubernetes API.",
            Protocol = FirewallProtocol.Tcp,
            Ports = FirewallPorts.Of(KubernetesPort),
            Groups = [MeshGroups.Gateway],
        },
    ];

    /// <summary>The rules of a node.</summary>
    /// <param name="role">What it does.</param>
    /// <param name="inbound">What else it may be sent; null for nothing.</param>
    /// <param name="outbound">What else it may send; null for nothing.</param>
    public static FirewallConfig For(
        MeshRole role,
        IReadOnlyList<FirewallAdmission>? inbound = null,
        IReadOnlyList<FirewallAdmission>? outbound = null
    ) =>
        new()
        {
            Outbound = Rules([Starts(role) ? s_anything : s_ping, .. outbound ?? []]),
            Inbound = Rules([s_ping, .. role == MeshRole.GpuNode ? s_serve : [], .. inbound ?? []]),
        };

    private static bool Starts(MeshRole role) => role is MeshRole.Host or MeshRole.Controller;

    private static FirewallRule[] Rules(IEnumerable<FirewallAdmission> admissions) =>
        [.. admissions.SelectMany(a => a.Rules())];
}
