namespace HybridLlm.AwsGpu.Fleets;

/// <summary>Where an instance is in its life, in EC2's words.</summary>
public enum InstancePhase
{
    /// <summary>Starting.</summary>
    Pending,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Being stopped; it can be started again.</summary>
    Stopping,

    /// <summary>Stopped; only its disk is charged.</summary>
    Stopped,

    /// <summary>Ending for ever.</summary>
    ShuttingDown,

    /// <summary>Ended; EC2 lists it for about an hour more.</summary>
    Terminated,
}
