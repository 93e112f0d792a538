using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Tagging;

/// <summary>Tags of any resource.</summary>
internal static class TagActions
{
    private sealed record Row(Resource Resource, string Key, string Value);

    private static readonly FilterTable<Row> s_filters = new(r => new Dictionary<string, string> { [r.Key] = r.Value })
    {
        { "key", r => r.Key },
        { "value", r => r.Value },
        { "resource-id", r => r.Resource.Id },
        { "resource-type", r => r.Resource.ResourceKind.Type },
    };

    public static XElement TagSet(Resource resource) => TagSet(resource.Tags);

    public static XElement TagSet(IEnumerable<KeyValuePair<string, string>> tags) =>
        Set("tagSet", tags, t => [Leaf("key", t.Key), Leaf("value", t.Value)]);

    public static object?[] Create(Ec2Call call)
    {
        var ids = call.Request.List("ResourceId");
        var tags = TagRules.Read(call.Request);
        return call.Perform(() =>
        {
            var resources = ids.Select(id => Find(call, id)).ToList();
            foreach (var resource in resources)
            {
                if (resource is Instance { Metadata.InstanceMetadataTags: "enabled" })
                {
                    TagRules.CheckMetadataKeys(tags.Select(t => t.Key));
                }

                TagRules.CheckCount(resource.Tags.Keys.Union(tags.Select(t => t.Key)).Count());
            }

            foreach (var (key, value) in tags)
            {
                resources.ForEach(r => r.Tags[key] = value);
            }

            return [Leaf("return", true)];
        });
    }

    public static object?[] Delete(Ec2Call call)
    {
        var ids = call.Request.List("ResourceId");
        var tags = call
            .Request.Structures("Tag")
            .Select(t => (Key: t.Required("Key"), Value: t.Text("Value")))
            .ToList();
        return call.Perform(() =>
        {
            foreach (var resource in ids.Select(id => Find(call, id)).ToList())
            {
                // Without tags every tag of the caller goes; with a value only a tag that has it.
                var doomed = resource.Tags.Where(t =>
                    !t.Key.StartsWith("aws:", StringComparison.Ordinal)
                    && (tags.Count == 0 || tags.Exists(d => d.Key == t.Key && (d.Value is null || d.Value == t.Value)))
                );
                foreach (var (key, _) in doomed.ToList())
                {
                    resource.Tags.Remove(key);
                }
            }

            return [Leaf("return", true)];
        });
    }

    public static object?[] Describe(Ec2Call call)
    {
        var keep = s_filters.Read(call.Request);
        var paging = Paging.Read(call.Request, limit: 1000);
        return call.Perform(() =>
        {
            var rows = call.Region.Visible<Resource>().SelectMany(r => r.Tags.Select(t => new Row(r, t.Key, t.Value)));
            return Describing.Answer(
                "tagSet",
                paging.Cut(rows.Where(keep)),
                r =>
                    [
                        Leaf("resourceId", r.Resource.Id),
                        Leaf("resourceType", r.Resource.ResourceKind.Type),
                        Leaf("key", r.Key),
                        Leaf("value", r.Value),
                    ]
            );
        });
    }

    private static Resource Find(Ec2Call call, string id) =>
        call.Region.Find<Resource>(id)
        ?? throw (
            ResourceKinds.ByPrefix(id) is { } kind
                ? new ServiceError(kind.NotFoundCode, $"The {kind.Noun} '{id}' does not exist")
                : new ServiceError("InvalidID", $"The ID '{id}' is not valid")
        );
}
