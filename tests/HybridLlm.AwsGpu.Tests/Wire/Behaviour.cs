namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Behaviour of AWS that some backend lacks.</summary>
public enum Behaviour
{
    /// <summary>Spot prices differ by type and zone.</summary>
    SpotPrices,

    /// <summary>A launch template's metadata options reach the instance.</summary>
    MetadataOptionsFromTemplate,

    /// <summary>A listing of buckets says where each is.</summary>
    BucketRegions,

    /// <summary>Versions of a launch template can be deleted.</summary>
    TemplateVersionDeletion,

    /// <summary>An instant fleet's request may carry user data.</summary>
    UserDataInFleetRequest,
}
