namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>An instance rented in a replay.</summary>
internal sealed class ReplayInstance(string id, string? zone, DateTimeOffset launchedAt)
{
    public string Id => id;

    /// <summary>Its zone; null for on-demand, which no trace takes back.</summary>
    public string? Zone => zone;

    public bool IsSpot => zone is not null;
    public DateTimeOffset LaunchedAt => launchedAt;
    public bool IsReady { get; set; }
    public bool IsGone { get; set; }
}
