using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Instances;

namespace HybridLlm.Testing.Ec2;

/// <summary>Instance families that share a vCPU quota.</summary>
public enum QuotaFamily
{
    /// <summary>A, C, D, H, I, M, R, T and Z instances.</summary>
    Standard,

    /// <summary>G and VT instances: T4, A10G, L4, L40S and RTX PRO GPUs.</summary>
    GAndVt,

    /// <summary>P instances: V100 to B300 GPUs.</summary>
    P,
}

/// <summary>The account's limits, per region. Thread-safe.</summary>
public sealed class EmulatedQuotas
{
    private const int Generous = 1152;

    private readonly CloudState _cloud;
    private readonly Dictionary<(QuotaFamily Family, Market Market), int> _vCpus = [];

    internal EmulatedQuotas(CloudState cloud) => _cloud = cloud;

    /// <summary>Most VPCs in a region, 0 or more; 5 unless set, as in a new account.</summary>
    public int Vpcs { get; set; } = 5;

    /// <summary>Most Elastic IP addresses in a region, 0 or more; 5 unless set, as in a new account.</summary>
    public int Addresses { get; set; } = 5;

    /// <summary>Most fleets of a region that are not deleted, ended ones included, 0 or more; 1,000 unless set.</summary>
    public int Fleets { get; set; } = 1000;

    /// <summary>Sets a vCPU quota; 1,152 unless set. A new AWS account has 0 for G, VT and P.</summary>
    /// <param name="family">Instance families.</param>
    /// <param name="market">Spot and on-demand have separate quotas.</param>
    /// <param name="vCpus">Most vCPUs pending or running in a region, 0 or more.</param>
    public void Set(QuotaFamily family, Market market, int vCpus)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(vCpus);
        lock (_cloud.Gate)
        {
            _vCpus[(family, market)] = vCpus;
        }
    }

    internal int Limit(QuotaFamily family, Market market) => _vCpus.GetValueOrDefault((family, market), Generous);

    /// <summary>How many more instances of a type the quota allows.</summary>
    internal int Room(RegionState region, MachineType type, Market market)
    {
        var used = region
            .All<Instance>()
            .Where(i => i.HoldsCapacity && i.Market == market && i.Type.Family == type.Family)
            .Sum(i => i.Type.VCpus);
        return Math.Max(0, Limit(type.Family, market) - used) / type.VCpus;
    }
}
