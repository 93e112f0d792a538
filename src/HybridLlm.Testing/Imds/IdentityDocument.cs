using System.Text;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Imds;

/// <summary>The instance identity document: JSON, pretty-printed, LF, no final newline.</summary>
internal static class IdentityDocument
{
    public static byte[] Of(Instance instance)
    {
        var fields = new (string Name, string? Value)[]
        {
            ("accountId", instance.Region.Cloud.Options.AccountId),
            ("architecture", instance.Type.Architecture),
            ("availabilityZone", instance.Zone.Name),
            ("billingProducts", null),
            ("devpayProductCodes", null),
            ("marketplaceProductCodes", null),
            ("imageId", instance.Image.Id),
            ("instanceId", instance.Id),
            ("instanceType", instance.Type.Name),
            ("kernelId", null),
            ("pendingTime", Ec2Xml.Seconds(instance.LaunchTime)),
            ("privateIp", instance.Interface.PrivateIp),
            ("ramdiskId", null),
            ("region", instance.Region.Name),
            ("version", "2017-09-30"),
        };
        var lines = fields.Select(f => $"  \"{f.Name}\" : {(f.Value is null ? "null" : $"\"{f.Value}\"")}");
        return Encoding.UTF8.GetBytes("{\n" + string.Join(",\n", lines) + "\n}");
    }
}
