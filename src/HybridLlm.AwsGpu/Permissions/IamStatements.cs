using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Permissions;

/// <summary>The statements of <see cref="IamPolicy"/>; see the EC2 pages of the service authorization reference.</summary>
internal sealed class IamStatements(IamPolicySpec spec)
{
    private readonly string _ec2 = $"arn:{spec.Partition}:ec2:{spec.Region}:*:";
    private readonly string _ec2Aws = $"arn:{spec.Partition}:ec2:{spec.Region}::";

    private bool MakesVpc => spec.ExistingVpcId is null;

    public IEnumerable<IamStatement> All() =>
        [
            Look(),
            MakeTagged(),
            UseOwn(),
            UseShared(),
            TagAtCreation(),
            RenewLease(),
            ChangeOwn(),
            .. spec.ExistingVpcId is { } vpc ? UseVpc(vpc) : [],
            .. Bucket(),
            Image(),
            .. spec.QueueName is { } queue ? new[] { Queue(queue) } : [],
            .. spec.NodeRoleName is { } role ? new[] { PassRole(role) } : [],
            RequireTokens(),
            .. spec.InstanceTypes.Count > 0 ? new[] { LimitTypes() } : [],
        ];

    /// <summary>EC2's listings know no resources. Teardown and its receipt look into every region.</summary>
    private IamStatement Look() =>
        new()
        {
            Sid = "Look",
            Actions =
            [
                .. Ec2(
                    "DescribeAddresses",
                    "DescribeAvailabilityZones",
                    "DescribeFleets",
                    "DescribeImages",
                    "DescribeInstances",
                    "DescribeInstanceStatus",
                    "DescribeInstanceType*",
                    "DescribeInternetGateways",
                    "DescribeLaunchTemplate*",
                    "DescribeNetworkInterfaces",
                    "DescribeRegions",
                    "DescribeRouteTables",
                    "DescribeSecurityGroups",
                    "DescribeSnapshots",
                    "DescribeSpot*",
                    "DescribeSubnets",
                    "DescribeTags",
                    "DescribeVolumes",
                    "DescribeVpcEndpoints",
                    "DescribeVpcs"
                ),
                "s3:ListAllMyBuckets",
                .. spec.QueueName is null ? Array.Empty<string>() : ["sqs:ListQueues"],
                "sts:GetCallerIdentity",
            ],
            Resources = ["*"],
        };

    private IamStatement MakeTagged() =>
        new()
        {
            Sid = "MakeTagged",
            Actions =
            [
                .. MakesVpc
                    ? Ec2("CreateVpc", "CreateSubnet", "CreateInternetGateway", "CreateRouteTable", "CreateVpcEndpoint")
                    : [],
                .. Ec2("CreateSecurityGroup", "CreateLaunchTemplate", "CreateFleet"),
                "ec2:AuthorizeSecurityGroup*",
                "ec2:RunInstances",
                .. spec.LighthouseOnEc2 ? ["ec2:AllocateAddress"] : Array.Empty<string>(),
                .. spec.ModelVolumes ? ["ec2:CreateSnapshot", "ec2:CreateVolume"] : Array.Empty<string>(),
            ],
            Resources =
            [
                .. MakesVpc ? Own("vpc", "subnet", "internet-gateway", "route-table", "vpc-endpoint") : [],
                .. Own(
                    "security-group",
                    "security-group-rule",
                    "launch-template",
                    "fleet",
                    "instance",
                    "volume",
                    "network-interface",
                    "spot-instances-request"
                ),
                .. spec.LighthouseOnEc2 ? Own("elastic-ip") : [],
                .. spec.ModelVolumes ? [_ec2Aws + "snapshot/*"] : Array.Empty<string>(),
            ],
            Conditions = Tags("aws:RequestTag"),
        };

    /// <summary>What a call that makes something refers to must be the owner's as well.</summary>
    private IamStatement UseOwn() =>
        new()
        {
            Sid = "UseOwn",
            Actions =
            [
                .. MakesVpc ? Ec2("CreateSubnet", "CreateRouteTable", "CreateSecurityGroup", "CreateVpcEndpoint") : [],
                "ec2:CreateFleet",
                "ec2:RunInstances",
            ],
            Resources = [_ec2 + "*/*"],
            Conditions = Tags("aws:ResourceTag"),
        };

    private IamStatement UseShared() =>
        new()
        {
            Sid = "UseImages",
            Actions = ["ec2:CreateFleet", "ec2:RunInstances"],
            Resources = [_ec2Aws + "image/*", _ec2Aws + "snapshot/*"],
        };

    /// <summary>A VPC of the user's own carries no tags of ours; it is named instead.</summary>
    private IEnumerable<IamStatement> UseVpc(string vpcId)
    {
        yield return new IamStatement
        {
            Sid = "UseVpc",
            Actions = ["ec2:CreateSecurityGroup"],
            Resources = [_ec2 + "vpc/" + vpcId],
        };
        yield return new IamStatement
        {
            Sid = "UseSubnets",
            Actions = ["ec2:CreateFleet", "ec2:RunInstances"],
            Resources = Own("subnet"),
            Conditions = [("ArnEquals", "ec2:Vpc", [_ec2 + "vpc/" + vpcId])],
        };
    }

    private IamStatement TagAtCreation() =>
        new()
        {
            Sid = "TagAtCreation",
            Actions = ["ec2:CreateTags"],
            Resources = [_ec2 + "*/*", _ec2Aws + "snapshot/*"],
            Conditions =
            [
                ("StringLike", "ec2:CreateAction", [.. MakeTagged().Actions.Select(a => a["ec2:".Length..])]),
            ],
        };

    /// <summary>An empty set of keys satisfies ForAllValues; Null refuses it.</summary>
    private IamStatement RenewLease() =>
        new()
        {
            Sid = "RenewLease",
            Actions = ["ec2:CreateTags"],
            Resources = Own("instance"),
            Conditions =
            [
                .. Tags("aws:ResourceTag"),
                ("ForAllValues:StringEquals", "aws:TagKeys", [ResourceTags.LeaseUntil]),
                ("Null", "aws:TagKeys", ["false"]),
            ],
        };

    private IamStatement ChangeOwn() =>
        new()
        {
            Sid = "ChangeOwn",
            Actions =
            [
                .. MakesVpc
                    ? Ec2(
                        "AssociateRouteTable",
                        "AttachInternetGateway",
                        "CreateRoute",
                        "DeleteInternetGateway",
                        "DeleteRouteTable",
                        "DeleteSubnet",
                        "DeleteVpc",
                        "DeleteVpcEndpoints",
                        "DetachInternetGateway",
                        "DisassociateRouteTable"
                    )
                    : [],
                .. MakesVpc && spec.Ipv6 ? Ec2("Associate*CidrBlock", "ModifySubnetAttribute") : [],
                .. spec.LighthouseOnEc2 ? Ec2("AssociateAddress", "DisassociateAddress", "ReleaseAddress") : [],
                .. spec.ModelVolumes
                    ? ["ec2:AttachVolume", "ec2:CreateSnapshot", "ec2:DetachVolume"]
                    : Array.Empty<string>(),
                "ec2:AuthorizeSecurityGroup*",
                "ec2:CancelSpotInstanceRequests",
                "ec2:CreateLaunchTemplateVersion",
                "ec2:DeleteFleets",
                "ec2:DeleteLaunchTemplate*",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteSecurityGroup",
                "ec2:DeleteSnapshot",
                "ec2:DeleteVolume",
                "ec2:RevokeSecurityGroup*",
                "ec2:TerminateInstances",
            ],
            Resources = [_ec2 + "*/*", _ec2Aws + "snapshot/*"],
            Conditions = Tags("aws:ResourceTag"),
        };

    /// <summary>The bucket's name follows from the owner, so it can be named before it exists and before it has tags.</summary>
    private IEnumerable<IamStatement> Bucket()
    {
        var bucket = $"arn:{spec.Partition}:s3:::{BucketName.For(spec.Owner)}";
        yield return new IamStatement
        {
            Sid = "Bucket",
            Actions =
            [
                "s3:CreateBucket",
                "s3:DeleteBucket",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetLifecycleConfiguration",
                "s3:ListBucket",
                "s3:ListBucketVersions",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketTagging",
                "s3:PutBucketVersioning",
                "s3:PutLifecycleConfiguration",
            ],
            Resources = [bucket],
        };
        yield return new IamStatement
        {
            Sid = "Objects",
            Actions = ["s3:DeleteObject*", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            Resources = [bucket + "/*"],
        };
    }

    private IamStatement Image() =>
        new()
        {
            Sid = "ResolveImages",
            Actions = ["ssm:GetParameter"],
            Resources = [$"arn:{spec.Partition}:ssm:{spec.Region}::parameter/aws/service/*"],
        };

    private IamStatement Queue(string name) =>
        new()
        {
            Sid = "HearInterruptions",
            Actions = ["sqs:Delete*", "sqs:GetQueueUrl", "sqs:ListQueueTags", "sqs:ReceiveMessage"],
            Resources = [$"arn:{spec.Partition}:sqs:{spec.Region}:{spec.AccountId}:{name}"],
        };

    private IamStatement PassRole(string role) =>
        new()
        {
            Sid = "PassNodeRole",
            Actions = ["iam:PassRole"],
            Resources = [$"arn:{spec.Partition}:iam::{spec.AccountId}:role/{role}"],
            Conditions = [("StringEquals", "iam:PassedToService", ["ec2.amazonaws.com"])],
        };

    private IamStatement RequireTokens() =>
        new()
        {
            Sid = "RequireImdsTokens",
            Allows = false,
            Actions = ["ec2:RunInstances"],
            Resources = Own("instance"),
            Conditions = [("StringNotEquals", "ec2:MetadataHttpTokens", ["required"])],
        };

    private IamStatement LimitTypes() =>
        new()
        {
            Sid = "LimitTypes",
            Allows = false,
            Actions = ["ec2:RunInstances"],
            Resources = Own("instance"),
            Conditions = [("StringNotEquals", "ec2:InstanceType", [.. spec.InstanceTypes])],
        };

    private static string[] Ec2(params string[] actions) => [.. actions.Select(a => $"ec2:{a}")];

    private string[] Own(params string[] types) => [.. types.Select(t => $"{_ec2}{t}/*")];

    private (string, string, string[])[] Tags(string scope) =>
        [
            ("StringEquals", $"{scope}/{ResourceTags.Cluster}", [spec.Owner.Cluster]),
            ("StringEquals", $"{scope}/{ResourceTags.OwnerId}", [spec.Owner.OwnerId.ToString()]),
        ];
}
