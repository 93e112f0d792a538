namespace HybridLlm.Nebula.Configuration;

/// <summary>What it takes for a running nebula to see a changed key.</summary>
public enum ConfigChangeEffect
{
    /// <summary>SIGHUP: tunnels stay up.</summary>
    Reload,

    /// <summary>A restart: tunnels are made anew.</summary>
    Restart,
}
