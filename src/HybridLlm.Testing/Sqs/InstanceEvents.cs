using System.Text.Json.Nodes;
using HybridLlm.Testing.Ec2.Instances;

namespace HybridLlm.Testing.Sqs;

/// <summary>What EC2 tells EventBridge of an instance.</summary>
internal static class InstanceEvents
{
    public static void Warn(Instance instance) =>
        Publish(
            instance,
            "EC2 Spot Instance Interruption Warning",
            // The zone stands in the region's place, and no account in the account's.
            $"arn:aws:ec2:{instance.Zone.Name}:instance/{instance.Id}",
            new JsonObject { ["instance-id"] = instance.Id, ["instance-action"] = "terminate" }
        );

    public static void Recommend(Instance instance) =>
        Publish(
            instance,
            "EC2 Instance Rebalance Recommendation",
            Arn(instance),
            new JsonObject { ["instance-id"] = instance.Id }
        );

    public static void Change(Instance instance) =>
        Publish(
            instance,
            "EC2 Instance State-change Notification",
            Arn(instance),
            new JsonObject { ["instance-id"] = instance.Id, ["state"] = instance.StateName }
        );

    private static string Arn(Instance instance) =>
        $"arn:aws:ec2:{instance.Region.Name}:{instance.Region.Cloud.Options.AccountId}:instance/{instance.Id}";

    private static void Publish(Instance instance, string detailType, string resource, JsonObject detail) =>
        instance.Region.Cloud.Queues.Publish(instance.Region.Name, detailType, resource, detail);
}
