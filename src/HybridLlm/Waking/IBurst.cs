namespace HybridLlm.Waking;

/// <summary>What the driver has done by others: renting a GPU and giving it back.</summary>
internal interface IBurst
{
    /// <summary>Rents, boots and loads. What it rented before it failed is given back by <see cref="GiveBackAsync"/>.</summary>
    Task<GpuNode> WakeAsync(CancellationToken cancellationToken);

    /// <summary>Gives back everything rented; returns when nothing is left.</summary>
    Task GiveBackAsync(CancellationToken cancellationToken);
}
