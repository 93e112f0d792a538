namespace HybridLlm.Nebula.Networks;

/// <summary>Groups that certificates carry and firewall rules name.</summary>
public static class MeshGroups
{
    /// <summary>May ask models and reach the Kubernetes API of GPU nodes.</summary>
    public const string Gateway = "gateway";

    /// <summary>Lighthouses.</summary>
    public const string Lighthouse = "lighthouse";

    /// <summary>Probes.</summary>
    public const string Probe = "probe";

    /// <summary>Machines at home.</summary>
    public const string Homelab = "homelab";

    /// <summary>Rented GPU machines.</summary>
    public const string Gpu = "gpu";

    /// <summary>The group every member of a role has.</summary>
    public static string Of(MeshRole role) =>
        role switch
        {
            MeshRole.Lighthouse => Lighthouse,
            MeshRole.Controller => Gateway,
            MeshRole.Probe => Probe,
            MeshRole.Host => Homelab,
            MeshRole.GpuNode => Gpu,
            _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
        };
}
