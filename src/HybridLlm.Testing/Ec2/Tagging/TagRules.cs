using System.Text.RegularExpressions;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.Tagging;

/// <summary>What EC2 accepts as tags.</summary>
internal static partial class TagRules
{
    private const int MostTags = 50;
    private const int LongestKey = 128;
    private const int LongestValue = 256;

    /// <summary>Reads <c>Tag.N</c>; a missing value is empty.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(QueryRequest request) =>
        [.. request.Structures("Tag").Select(tag => Check(tag.Required("Key"), tag.Text("Value") ?? ""))];

    public static void CheckCount(int count)
    {
        if (count > MostTags)
        {
            throw new ServiceError("TagLimitExceeded", $"The maximum number of tags of a resource is {MostTags}.");
        }
    }

    /// <summary>Keys that become paths of the instance metadata service have a narrower alphabet.</summary>
    public static void CheckMetadataKeys(IEnumerable<string> keys)
    {
        foreach (var key in keys.Where(k => !k.StartsWith("aws:", StringComparison.Ordinal)))
        {
            if (!MetadataKey().IsMatch(key) || key is "." or ".." or "_index")
            {
                throw new ServiceError(
                    "InvalidParameterValue",
                    $"'{key}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{{1,255}}), "
                        + "and must not be a reserved name ('.', '..', '_index')"
                );
            }
        }
    }

    private static KeyValuePair<string, string> Check(string key, string value)
    {
        if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ServiceError(
                "InvalidParameterValue",
                "Tag keys starting with 'aws:' are reserved for internal use"
            );
        }

        if (key.Length > LongestKey)
        {
            throw new ServiceError(
                "InvalidParameterValue",
                $"Tag key exceeds the maximum length of {LongestKey} characters"
            );
        }

        return value.Length <= LongestValue
            ? KeyValuePair.Create(key, value)
            : throw new ServiceError(
                "InvalidParameterValue",
                $"Tag value exceeds the maximum length of {LongestValue} characters"
            );
    }

    [GeneratedRegex(@"^[0-9a-zA-Z\-_+=,.@:]{1,255}$")]
    private static partial Regex MetadataKey();
}
