using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>Tags and filters in the SDK's form.</summary>
internal static class Ec2Tags
{
    public static Filter Filter(string name, params string[] values) => new() { Name = name, Values = [.. values] };

    /// <summary>Matches what <paramref name="owner"/> owns: both tags, never one.</summary>
    public static List<Filter> OwnedBy(ResourceOwner owner, params Filter[] more) =>
        [
            Filter($"tag:{ResourceTags.Cluster}", owner.Cluster),
            Filter($"tag:{ResourceTags.OwnerId}", owner.OwnerId.ToString()),
            .. more,
        ];

    public static List<TagSpecification> At(ResourceType type, IReadOnlyDictionary<string, string> tags) =>
        [new() { ResourceType = type, Tags = ToSdk(tags) }];

    public static List<Tag> ToSdk(IReadOnlyDictionary<string, string> tags) =>
        [.. tags.Select(t => new Tag(t.Key, t.Value))];

    public static Dictionary<string, string> FromSdk(List<Tag>? tags) =>
        (tags ?? []).ToDictionary(t => t.Key, t => t.Value ?? "");
}
