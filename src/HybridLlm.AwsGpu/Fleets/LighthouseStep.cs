namespace HybridLlm.AwsGpu.Fleets;

/// <summary>One change of a lighthouse plan, in the order they are done.</summary>
public enum LighthouseStep
{
    /// <summary>Gets an Elastic IP.</summary>
    AllocateAddress,

    /// <summary>Ends the instance that runs and fails EC2's status checks.</summary>
    EndImpaired,

    /// <summary>Launches the instance.</summary>
    LaunchInstance,

    /// <summary>Gives the instance the address, once it runs.</summary>
    AssociateAddress,
}
