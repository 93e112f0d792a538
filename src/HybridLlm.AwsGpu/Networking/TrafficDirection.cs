namespace HybridLlm.AwsGpu.Networking;

/// <summary>Which way a connection is opened.</summary>
public enum TrafficDirection
{
    /// <summary>Towards the instance.</summary>
    Inbound,

    /// <summary>From the instance.</summary>
    Outbound,
}
