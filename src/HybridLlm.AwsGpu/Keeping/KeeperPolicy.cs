using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Keeping;

/// <summary>How a node is kept.</summary>
public sealed record KeeperPolicy
{
    private readonly int _maxNodes = 2;

    /// <summary>When on-demand is bought, and when it gives way to spot again.</summary>
    public MarketPolicy Markets { get; init; } = new();

    /// <summary>
    /// Most nodes rented at once, 1 or more. With 1 a replacement waits for the end of the node that EC2 takes; 2 lets it boot during the notice.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxNodes
    {
        get => _maxNodes;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxNodes = value;
        }
    }
}
