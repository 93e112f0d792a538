using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>Status checks, attributes and metadata options of instances.</summary>
internal static class InstanceAttributeActions
{
    // EC2's checks answer some minutes after the start.
    private static readonly TimeSpan s_initializing = TimeSpan.FromMinutes(2);

    private static readonly FilterTable<Instance> s_statusFilters = new()
    {
        { "availability-zone", i => i.Zone.Name },
        { "instance-state-name", i => i.StateName },
        { "instance-status.status", Status },
        { "system-status.status", Status },
    };

    public static object?[] DescribeStatus(Ec2Call call)
    {
        var ids = call.Request.List("InstanceId");
        var all = call.Request.Flag("IncludeAllInstances") ?? false;
        var keep = s_statusFilters.Read(call.Request);
        var paging = Describing.ReadPaging(call, "instanceIdSet", ids, limit: 1000);
        return call.Perform(() =>
        {
            var found = ids.Count > 0 ? call.Region.GetAll<Instance>(ids) : call.Region.Visible<Instance>();
            var shown = found.Where(i => all || i.State == InstanceState.Running).Where(keep);
            return Describing.Answer("instanceStatusSet", paging.Cut(shown), RenderStatus);
        });
    }

    public static object?[] DescribeAttribute(Ec2Call call)
    {
        var id = call.Request.Required("InstanceId");
        var attribute = call.Request.Required("Attribute");
        return call.Perform(() =>
        {
            var instance = call.Region.Get<Instance>(id);
            object? value = attribute switch
            {
                "userData" => instance.UserData.Length == 0 ? null : Convert.ToBase64String(instance.UserData),
                "instanceInitiatedShutdownBehavior" => instance.ShutdownBehavior,
                "disableApiTermination" => instance.TerminationProtected,
                "instanceType" => instance.Type.Name,
                "rootDeviceName" => Image.RootDevice,
                "ebsOptimized" => instance.EbsOptimized,
                _ => throw ServiceError.Gap($"DescribeInstanceAttribute of '{attribute}'"),
            };
            return [Leaf("instanceId", id), Node(attribute, Leaf("value", value))];
        });
    }

    public static object?[] ModifyMetadataOptions(Ec2Call call)
    {
        var id = call.Request.Required("InstanceId");
        var wanted = LaunchSpecificationReader.ReadMetadata(call.Request);
        return call.Perform(() =>
        {
            var instance = call.Region.Get<Instance>(id);
            var options = wanted.Over(instance.Metadata);
            if (options.InstanceMetadataTags == "enabled")
            {
                TagRules.CheckMetadataKeys(instance.Tags.Keys);
            }

            instance.Metadata = options;
            return
            [
                Leaf("instanceId", id),
                LaunchSpecificationXml.RenderMetadata("instanceMetadataOptions", options, Leaf("state", "pending")),
            ];
        });
    }

    private static string Status(Instance instance) =>
        instance.RunningSince is not { } since ? "not-applicable"
        : instance.Region.Cloud.Now - since < s_initializing ? "initializing"
        : instance.ImpairedSince is not null ? "impaired"
        : "ok";

    private static object?[] RenderStatus(Instance instance) =>
        [
            Leaf("instanceId", instance.Id),
            Leaf("availabilityZone", instance.Zone.Name),
            Leaf("availabilityZoneId", instance.Zone.Id),
            InstanceXml.State("instanceState", instance.State),
            // What runs on the machine has hung; the machine itself is in order.
            RenderCheck("systemStatus", Status(instance) == "impaired" ? "ok" : Status(instance), null),
            RenderCheck("instanceStatus", Status(instance), instance.ImpairedSince),
        ];

    private static XElement RenderCheck(string name, string status, DateTimeOffset? impairedSince)
    {
        var reachability =
            status == "ok" ? "passed"
            : status == "impaired" ? "failed"
            : status;
        return Node(
            name,
            Leaf("status", status),
            Set(
                "details",
                status == "not-applicable" ? Array.Empty<string>() : [reachability],
                r => [Leaf("name", "reachability"), Leaf("status", r), Leaf("impairedSince", impairedSince)]
            )
        );
    }
}
