using System.Text.Json;
using HybridLlm.AwsGpu.Permissions;

namespace HybridLlm.AwsGpu.Tests.Permissions;

public sealed class IamPolicyTests
{
    private static readonly IamPolicySpec s_spec = new()
    {
        Owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.Parse("00000000-0000-4000-8000-000000000001") },
        AccountId = "123456789012",
        Region = "eu-central-1",
    };

    private static readonly IamPolicySpec s_everything = s_spec with
    {
        InstanceTypes = ["g4dn.xlarge", "g6.xlarge", "t4g.nano"],
        Ipv6 = true,
        ModelVolumes = true,
        QueueName = "hybridllm-lab",
        NodeRoleName = "hybridllm-node",
    };

    [Fact]
    public void Policy_matches_golden() => Golden.Match("iam-policy.json", IamPolicy.MinimalIamPolicy(s_everything));

    [Fact]
    public void Prerequisites_match_golden() =>
        Golden.Match(
            "prerequisites.sh",
            Prerequisites.Render(s_everything) + "\n" + Prerequisites.RenderRemoval(s_everything)
        );

    [Fact]
    public void The_largest_policy_is_one_that_iam_takes()
    {
        var longest = s_everything with
        {
            Owner = new ResourceOwner { Cluster = new string('c', 32), OwnerId = Guid.NewGuid() },
            Partition = "aws-us-gov",
            Region = "ap-southeast-99",
        };
        foreach (var spec in new[] { longest, longest with { ExistingVpcId = "vpc-0123456789abcdef0" } })
        {
            IamPolicy
                .MinimalIamPolicy(spec)
                .Count(c => !char.IsWhiteSpace(c))
                .ShouldBeLessThanOrEqualTo(IamPolicy.MaxLength);
        }
    }

    [Fact]
    public void Whatever_writes_is_bound_to_the_owners_tags_or_to_a_name_of_the_owner()
    {
        foreach (var statement in Statements(s_everything).Where(s => s.Allows))
        {
            var reads = statement.Actions.All(a =>
                a.Contains(":Describe") || a is "s3:ListAllMyBuckets" or "sqs:ListQueues" or "sts:GetCallerIdentity"
            );
            var tagged =
                statement.Text.Contains("aws:RequestTag/hybridllm:owner-id")
                || statement.Text.Contains("aws:ResourceTag/hybridllm:owner-id");
            var named = statement.Resources.All(r => r != "*" && !r.EndsWith(":*", StringComparison.Ordinal));
            (reads || tagged || (named && statement.Sid is not "ChangeOwn")).ShouldBeTrue(statement.Sid);
        }
    }

    [Fact]
    public void The_only_tag_that_may_be_written_later_is_the_lease()
    {
        var tagging = Statements(s_everything).Where(s => s.Actions.Contains("ec2:CreateTags")).ToList();

        tagging.Select(s => s.Sid).ShouldBe(["TagAtCreation", "RenewLease"]);
        tagging[0].Text.ShouldContain("ec2:CreateAction");
        tagging[1].Text.ShouldContain("hybridllm:lease-until");
        tagging[1].Text.ShouldContain("\"Null\""); // ForAllValues alone is true of no key at all
    }

    [Fact]
    public void What_is_not_used_is_not_allowed()
    {
        var least = Statements(s_spec with { LighthouseOnEc2 = false, ExistingVpcId = "vpc-1" })
            .SelectMany(s => s.Actions)
            .ToList();

        least.ShouldNotContain("ec2:CreateVpc");
        least.ShouldNotContain("ec2:DeleteVpc");
        least.ShouldNotContain("ec2:AllocateAddress");
        least.ShouldNotContain("ec2:CreateVolume");
        least.ShouldNotContain("iam:PassRole");
        least.ShouldNotContain(a => a.StartsWith("sqs:", StringComparison.Ordinal));
    }

    [Fact]
    public void Instances_with_open_metadata_and_of_other_types_are_denied()
    {
        var denied = Statements(s_everything).Where(s => !s.Allows).ToDictionary(s => s.Sid, s => s.Text);

        denied["RequireImdsTokens"].ShouldContain("ec2:MetadataHttpTokens");
        denied["LimitTypes"].ShouldContain("t4g.nano");
    }

    [Fact]
    public void All_faults_of_a_spec_are_reported_at_once() =>
        Should
            .Throw<InvalidSpecException>(() =>
                IamPolicy.MinimalIamPolicy(s_spec with { AccountId = "1", Region = "", Partition = "x" })
            )
            .Faults.Count.ShouldBe(3);

    internal static IReadOnlyList<Statement> Statements(IamPolicySpec spec)
    {
        using var document = JsonDocument.Parse(IamPolicy.MinimalIamPolicy(spec));
        return
        [
            .. document
                .RootElement.GetProperty("Statement")
                .EnumerateArray()
                .Select(s => new Statement(
                    s.GetProperty("Sid").GetString()!,
                    s.GetProperty("Effect").GetString() == "Allow",
                    List(s.GetProperty("Action")),
                    List(s.GetProperty("Resource")),
                    s.GetRawText()
                )),
        ];

        static IReadOnlyList<string> List(JsonElement value) =>
            value.ValueKind == JsonValueKind.String
                ? [value.GetString()!]
                : [.. value.EnumerateArray().Select(v => v.GetString()!)];
    }

    internal sealed record Statement(
        string Sid,
        bool Allows,
        IReadOnlyList<string> Actions,
        IReadOnlyList<string> Resources,
        string Text
    );
}
