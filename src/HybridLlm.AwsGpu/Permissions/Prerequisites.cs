namespace HybridLlm.AwsGpu.Permissions;

/// <summary>
/// What an administrator sets up once, as commands of AWS's command line to read and run: the service-linked roles, and, where interruptions are
/// to be heard through a queue, the queue and EventBridge's rules. This package has no permission to do it itself, on purpose. Pure.
/// </summary>
public static class Prerequisites
{
    /// <summary>Name of the queue of a cluster. Teardown finds the queue by it; one of another name it leaves alone.</summary>
    /// <param name="owner">Whose.</param>
    public static string QueueName(ResourceOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return $"hybridllm-{owner.Cluster}-{owner.Fingerprint[..8]}";
    }

    /// <summary>The commands that set everything up; each may be run again.</summary>
    /// <param name="spec">The controller.</param>
    public static string Render(IamPolicySpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return $$"""
            # Once an account: the roles under which EC2 acts for spot requests and fleets. "Has been taken" means it is there.
            aws iam create-service-linked-role --aws-service-name spot.amazonaws.com
            aws iam create-service-linked-role --aws-service-name ec2fleet.amazonaws.com

            # What the controller may do. Give the policy to its user or role.
            aws iam create-policy --policy-name {{QueueName(spec.Owner)}} --policy-document file://policy.json
            {{Profile(spec)}}{{Queue(spec)}}
            """;
    }

    /// <summary>The commands that take away the rule that feeds the queue.</summary>
    internal static IEnumerable<string> RemoveRule(ResourceOwner owner, string region) =>
        [
            $"aws events remove-targets --region {region} --rule {QueueName(owner)} --ids queue",
            $"aws events delete-rule --region {region} --name {QueueName(owner)}",
        ];

    /// <summary>The commands that take it away again after the cluster's teardown; the service-linked roles stay, they cost nothing.</summary>
    /// <param name="spec">The controller.</param>
    public static string RenderRemoval(IamPolicySpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var name = QueueName(spec.Owner);
        var queue = spec.QueueName is { } queueName
            ? $"""
                {string.Join('\n', RemoveRule(spec.Owner, spec.Region))}
                aws sqs delete-queue --region {spec.Region} --queue-url https://sqs.{spec.Region}.{Domain(
                    spec
                )}/{spec.AccountId}/{queueName}

                """
            : "";
        return $"""
            {queue}aws iam delete-policy --policy-arn arn:{spec.Partition}:iam::{spec.AccountId}:policy/{name}

            """;
    }

    private static string Profile(IamPolicySpec spec) =>
        spec.NodeRoleName is not { } role
            ? "# Nodes run without an instance profile: what they need comes sealed, so there is no role to set up.\n"
            : $"""
                # The instance profile nodes run with; its role needs no permission of EC2.
                aws iam create-instance-profile --instance-profile-name {role}
                aws iam add-role-to-instance-profile --instance-profile-name {role} --role-name {role}

                """;

    private static string Queue(IamPolicySpec spec)
    {
        if (spec.QueueName is not { } queue)
        {
            return "# No queue: interruptions are heard from the node and by asking EC2.\n";
        }

        var name = QueueName(spec.Owner);
        var arn = $"arn:{spec.Partition}:sqs:{spec.Region}:{spec.AccountId}:{queue}";
        var rule = $"arn:{spec.Partition}:events:{spec.Region}:{spec.AccountId}:rule/{name}";
        return $$$$"""
            # The queue interruption events arrive in: kept five minutes, encrypted, written to by this rule only, over TLS only.
            cat > queue.json <<'JSON'
            {"MessageRetentionPeriod":"300","SqsManagedSseEnabled":"true","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"{{{{arn}}}}\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":\"{{{{rule}}}}\"}}},{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"{{{{arn}}}}\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}"}
            JSON
            aws sqs create-queue --region {{{{spec.Region}}}} --queue-name {{{{queue}}}} --attributes file://queue.json --tags '{"{{{{ResourceTags.Cluster}}}}":"{{{{spec.Owner.Cluster}}}}","{{{{ResourceTags.OwnerId}}}}":"{{{{spec.Owner.OwnerId}}}}","{{{{ResourceTags.Component}}}}":"{{{{ResourceComponents.Interruptions}}}}"}'
            aws events put-rule --region {{{{spec.Region}}}} --name {{{{name}}}} --event-pattern '{"source":["aws.ec2"],"detail-type":["EC2 Spot Instance Interruption Warning","EC2 Instance Rebalance Recommendation","EC2 Instance State-change Notification"]}'
            aws events put-targets --region {{{{spec.Region}}}} --rule {{{{name}}}} --targets 'Id=queue,Arn={{{{arn}}}}'

            """;
    }

    private static string Domain(IamPolicySpec spec) =>
        spec.Partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}
