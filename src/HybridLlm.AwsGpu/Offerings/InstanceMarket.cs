namespace HybridLlm.AwsGpu.Offerings;

/// <summary>How an instance is bought.</summary>
public enum InstanceMarket
{
    /// <summary>Spare capacity at a changing price; EC2 may take it back with two minutes' notice.</summary>
    Spot,

    /// <summary>At the list price, until it is given back.</summary>
    OnDemand,
}
