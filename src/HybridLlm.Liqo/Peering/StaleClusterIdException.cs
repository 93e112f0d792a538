namespace HybridLlm.Liqo.Peering;

/// <summary>A provider comes with an id that another incarnation of it had, whose traces the consumer still holds.</summary>
public sealed class StaleClusterIdException : LiqoException
{
    internal StaleClusterIdException(string providerId, IReadOnlyList<string> evidence)
        : base(
            $"'{providerId}' was the id of another cluster: {string.Join("; ", evidence)}.",
            "Give every incarnation of the provider a fresh id (ClusterId.Fresh), or clean up after the old one with ForcedPeeringRemover."
        )
    {
        ProviderId = providerId;
        Evidence = evidence;
    }

    /// <summary>The id.</summary>
    public string ProviderId { get; }

    /// <summary>What shows that the id is not new; never empty.</summary>
    public IReadOnlyList<string> Evidence { get; }
}
