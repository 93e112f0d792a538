namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>What is to be done about an instance after a signal; told once, however many sources tell the same.</summary>
public enum InterruptionMove
{
    /// <summary>Rent another node now; this one serves as long as it is there.</summary>
    StartReplacement,

    /// <summary>Send no new request to the node and move the open ones as soon as they have somewhere to go.</summary>
    Drain,

    /// <summary>The node is gone: fail over what it was answering and remove what is left of it.</summary>
    Sweep,
}
