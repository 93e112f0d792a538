namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Behaviour of AWS that some backend lacks.</summary>
public enum Behaviour
{
    /// <summary>CreateFleet with a token it knows answers with the first call's result.</summary>
    ClientTokens,

    /// <summary>Prices move, so offers differ by zone and type.</summary>
    SpotPrices,

    /// <summary>A launch template's metadata options reach the instance.</summary>
    MetadataOptionsFromTemplate,

    /// <summary>Versions of a launch template can be deleted.</summary>
    TemplateVersionDeletion,

    /// <summary>Pools without capacity make a fleet choose others and say so.</summary>
    Capacity,
}
