namespace HybridLlm.Testing.Ec2;

/// <summary>How an instance is bought.</summary>
public enum Market
{
    /// <summary>Spare capacity at the spot price; EC2 may take it back.</summary>
    Spot,

    /// <summary>At the list price, until terminated.</summary>
    OnDemand,
}
