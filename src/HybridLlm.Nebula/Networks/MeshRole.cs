namespace HybridLlm.Nebula.Networks;

/// <summary>What a member does in the mesh. Decides its share of the address range, its group and its firewall.</summary>
public enum MeshRole
{
    /// <summary>Tells members where the others are; reachable from the internet.</summary>
    Lighthouse,

    /// <summary>The process that rents and uses GPU nodes, when it runs on a machine of the mesh.</summary>
    Controller,

    /// <summary>Measures the mesh without a tunnel device; needs an address nobody else has.</summary>
    Probe,

    /// <summary>A machine at home.</summary>
    Host,

    /// <summary>A rented machine that serves models.</summary>
    GpuNode,
}
