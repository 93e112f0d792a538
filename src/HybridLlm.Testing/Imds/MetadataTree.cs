using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Imds;

/// <summary>What an instance's metadata service knows, by path below <c>latest/</c>.</summary>
internal static class MetadataTree
{
    private const string Tags = "meta-data/tags/instance/";

    /// <summary>The text at a path, a listing at a folder, or null (404).</summary>
    public static byte[]? Read(Instance instance, string path)
    {
        var leaves = Leaves(instance);
        if (leaves.TryGetValue(path, out var leaf))
        {
            return leaf() is { } bytes ? bytes : null;
        }

        var folder = path.EndsWith('/') || path.Length == 0 ? path : path + "/";
        var names = leaves
            .Keys.Where(k => k.StartsWith(folder, StringComparison.Ordinal))
            .Select(k => k[folder.Length..])
            .Select(rest =>
                rest.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? rest[..(slash + 1)] : rest
            )
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return names.Count == 0 ? null : Text(string.Join('\n', names));
    }

    private static SortedDictionary<string, Func<byte[]?>> Leaves(Instance instance)
    {
        var nic = instance.Interface;
        var document = IdentityDocument.Of(instance);
        var identity = instance.Region.Cloud.Identity;
        var region = instance.Region.Name;
        SortedDictionary<string, Func<byte[]?>> leaves = new(StringComparer.Ordinal)
        {
            ["dynamic/instance-identity/document"] = () => document,
            ["dynamic/instance-identity/rsa2048"] = () => Text(identity.Rsa2048(region, document, instance.LaunchTime)),
            ["dynamic/instance-identity/signature"] = () => Text(identity.Signature(region, document)),
            ["meta-data/ami-id"] = () => Text(instance.Image.Id),
            ["meta-data/ami-launch-index"] = () => Text($"{instance.LaunchIndex}"),
            ["meta-data/instance-id"] = () => Text(instance.Id),
            ["meta-data/instance-type"] = () => Text(instance.Type.Name),
            ["meta-data/instance-life-cycle"] = () => Text(instance.Market == Market.Spot ? "spot" : "on-demand"),
            ["meta-data/instance-action"] = () => Text("none"),
            ["meta-data/local-ipv4"] = () => Text(nic.PrivateIp),
            ["meta-data/mac"] = () => Text(nic.MacAddress),
            ["meta-data/placement/availability-zone"] = () => Text(instance.Zone.Name),
            ["meta-data/placement/availability-zone-id"] = () => Text(instance.Zone.Id),
            ["meta-data/placement/region"] = () => Text(region),
            ["meta-data/reservation-id"] = () => Text(instance.ReservationId),
            ["meta-data/security-groups"] = () => Text(string.Join('\n', nic.Groups.Select(g => g.Name))),
            ["meta-data/services/domain"] = () => Text("amazonaws.com"),
            ["meta-data/services/partition"] = () => Text("aws"),
        };
        AddWhatIsThere(leaves, instance, nic);
        return leaves;
    }

    private static void AddWhatIsThere(
        SortedDictionary<string, Func<byte[]?>> leaves,
        Instance instance,
        NetworkInterface nic
    )
    {
        if (instance.UserData.Length > 0)
        {
            leaves["user-data"] = () => instance.UserData;
        }

        if (nic.PublicIp is { } publicIp)
        {
            leaves["meta-data/public-ipv4"] = () => Text(publicIp);
        }

        if (instance.InterruptionTime is { } end)
        {
            leaves["meta-data/spot/instance-action"] = () =>
                Text($$"""{"action":"terminate","time":"{{Ec2Xml.Seconds(end)}}"}""");
            leaves["meta-data/spot/termination-time"] = () => Text(Ec2Xml.Seconds(end));
        }

        if (instance.RebalanceNoticed is { } noticed)
        {
            leaves["meta-data/events/recommendations/rebalance"] = () =>
                Text($$"""{"noticeTime":"{{Ec2Xml.Seconds(noticed)}}"}""");
        }

        if (instance.Metadata.InstanceMetadataTags == "enabled")
        {
            foreach (var (key, value) in instance.Tags.Where(t => !t.Key.StartsWith("aws:", StringComparison.Ordinal)))
            {
                leaves[Tags + key] = () => Text(value);
            }
        }
    }

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
