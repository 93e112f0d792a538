namespace HybridLlm.Waking;

/// <summary>What the driver has done by others: renting a GPU and giving it back.</summary>
internal interface IBurst
{
    /// <summary>Rents, boots and loads. What it rented before it failed is given back by <see cref="GiveBackAsync(CancellationToken)"/>.</summary>
    Task<GpuNode> WakeAsync(CancellationToken cancellationToken);

    /// <summary>Gives back what the wake that failed last rented, while another node goes on serving.</summary>
    Task GiveUpAsync(CancellationToken cancellationToken);

    /// <summary>Gives back one node while another serves; what belongs to both stays for <see cref="GiveBackAsync(CancellationToken)"/>.</summary>
    Task GiveBackAsync(GpuNode node, CancellationToken cancellationToken);

    /// <summary>Gives back everything rented; returns when nothing is left.</summary>
    Task GiveBackAsync(CancellationToken cancellationToken);
}
