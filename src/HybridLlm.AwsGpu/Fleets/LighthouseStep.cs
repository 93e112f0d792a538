namespace HybridLlm.AwsGpu.Fleets;

/// <summary>One change of a lighthouse plan, in the order they are done.</summary>
public enum LighthouseStep
{
    /// <summary>Gets an Elastic IP.</summary>
    AllocateAddress,

    /// <summary>Launches the instance.</summary>
    LaunchInstance,

    /// <summary>Gives the instance the address, once it runs.</summary>
    AssociateAddress,
}
