using System.Collections.Frozen;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>What moto 5.2 does unlike EC2, with the reason a test leaves it out on moto.</summary>
internal static class MotoDifferences
{
    public static FrozenDictionary<Behaviour, string> All { get; } =
        new Dictionary<Behaviour, string>
        {
            [Behaviour.SpotPrices] = "moto quotes 0.00001 USD for every pool",
            [Behaviour.MetadataOptionsFromTemplate] = "moto drops the metadata options of a launch template",
            [Behaviour.BucketRegions] = "moto lists buckets without their regions",
            [Behaviour.TemplateVersionDeletion] = "moto has no DeleteLaunchTemplateVersions",
            [Behaviour.UserDataInFleetRequest] = "moto drops the user data of a fleet request",
        }.ToFrozenDictionary();

    /// <summary>Actions moto answers with HTTP 500; what it keeps because of that, teardown removes in another way.</summary>
    public static FrozenDictionary<string, string> Answered { get; } =
        new Dictionary<string, string>
        {
            ["DeleteLaunchTemplateVersions"] =
                "<DeleteLaunchTemplateVersionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"/>",
        }.ToFrozenDictionary();
}
