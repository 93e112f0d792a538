using HybridLlm.AwsGpu.Observing;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Teardown;
using HybridLlm.Waking;

namespace HybridLlm;

/// <summary>A cluster at one moment. Amounts in USD.</summary>
public sealed record HybridClusterStatus
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Where the burst layer is.</summary>
    public required WakePhase Phase { get; init; }

    /// <summary>Requests that wait for a GPU.</summary>
    public required int Waiting { get; init; }

    /// <summary>The node that serves, e.g. <c>gpu-7</c>; null without one.</summary>
    public required string? Node { get; init; }

    /// <summary>How the node that serves was bought; null without one.</summary>
    public InstanceMarket? NodeMarket { get; init; }

    /// <summary>What AWS has that differs from what this cluster knows and wants; empty when all is as it should be.</summary>
    public IReadOnlyList<Drift> Drift { get; init; } = [];

    /// <summary>What is missing from the foundation; null when it is complete.</summary>
    public required string? FoundationLacks { get; init; }

    /// <summary>Instances of ours that EC2 lists as pending or running.</summary>
    public required IReadOnlyList<string> Instances { get; init; }

    /// <summary>
    /// What holds models at AWS, with its price: part of the foundation while that stands, all there is after a
    /// <see cref="HybridCluster.DownAsync"/> that kept them.
    /// </summary>
    public IReadOnlyList<ReceiptLine> Models { get; init; } = [];

    /// <summary>What holds models costs, USD a month.</summary>
    public decimal ModelsUsdPerMonth => Models.Sum(m => m.UsdPerMonth);

    /// <summary>Spent since midnight UTC, everything counted.</summary>
    public required decimal SpentToday { get; init; }

    /// <summary>Spent since the first of the month UTC, everything counted.</summary>
    public required decimal SpentThisMonth { get; init; }

    /// <summary>Spent since the cluster exists, everything counted.</summary>
    public required decimal Spent { get; init; }
}
