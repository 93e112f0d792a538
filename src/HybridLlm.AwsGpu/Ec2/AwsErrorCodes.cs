using System.Collections.Frozen;
using static HybridLlm.AwsGpu.AwsErrorKind;
using static HybridLlm.AwsGpu.AwsErrorScope;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>All this package knows about AWS error codes. Codes are matched, never message texts.</summary>
internal static class AwsErrorCodes
{
    /// <summary>What a pool says that has no instance now.</summary>
    public const string NoCapacity = "InsufficientInstanceCapacity";

    private const string QueueRemedy =
        "Have an administrator run the commands of Prerequisites.Render, or go without a queue.";

    private static readonly AwsErrorRule s_unknown = new(Unknown, Call);
    private static readonly AwsErrorRule s_notFound = new(NotFound, Call);

    private static readonly FrozenDictionary<string, AwsErrorRule> s_rules = Rules()
        .SelectMany(r => r.Codes.Select(code => KeyValuePair.Create(code, r.Rule)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    public static AwsErrorRule RuleOf(string code) =>
        s_rules.TryGetValue(code, out var rule) ? rule
        : code.EndsWith("NotFound", StringComparison.Ordinal)
        || code.EndsWith("NotFoundException", StringComparison.Ordinal)
            ? s_notFound
        : s_unknown;

    public static AwsErrorKind KindOf(string code) => RuleOf(code).Kind;

    public static string RemedyOf(string code) => RuleOf(code) is { Remedy: { } own } ? own : RemedyOf(KindOf(code));

    public static string RemedyOf(AwsErrorKind kind) =>
        kind switch
        {
            Capacity => "Try again in some minutes, or allow more instance types and zones.",
            PriceTooLow => "Raise the price reserved, or wait for the spot price to fall.",
            Quota => "Ask AWS for a higher quota in this region, or use another region.",
            Unsupported => "Read the offers again and leave out this instance type in this zone.",
            SubnetFull => "Use another subnet.",
            Permission => "Check the credentials and what they are allowed to do in this region.",
            Throttled => "Try again later; other programs may be using up the account's call rate.",
            OutcomeUnknown => "Run the same step again: it looks first at what was done.",
            TokenConflict => "Use a new attempt number for the changed intent.",
            NotFound => "Plan again from what exists now.",
            Dependency => "Try again when what depends on it is gone.",
            AlreadyThere or Precondition => "Plan again from what exists now.",
            Invalid or Unknown => "Correct what AWS names and run the step again.",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    /// <summary>Grouped by what is done. A code not listed that says "not found" is <see cref="NotFound"/>, any other <see cref="Unknown"/>.</summary>
    private static IEnumerable<(AwsErrorRule Rule, string[] Codes)> Rules() =>
        [
            // Pools cool for three minutes, doubling to thirty; the next pool is asked.
            (
                new(Capacity, Pool),
                [NoCapacity, "InsufficientCapacity", "UnfulfillableCapacity", "ReservationCapacityExceeded"]
            ),
            (new(PriceTooLow, Pool), ["SpotMaxPriceTooLow"]),
            // The zone does not have it, and will not tomorrow.
            (
                new(Unsupported, Pool) { Rest = TimeSpan.FromHours(24) },
                ["Unsupported", "UnsupportedOperation", "InvalidFleetConfiguration"]
            ),
            (new(SubnetFull, Subnet) { Rest = TimeSpan.FromMinutes(10) }, ["InsufficientFreeAddressesInSubnet"]),
            // No zone hopping: the region's quota of these families is used up.
            (new(Quota, Family) { Rest = TimeSpan.FromMinutes(10) }, ["MaxSpotInstanceCountExceeded"]),
            (
                new(Quota, Family)
                {
                    Rest = TimeSpan.FromMinutes(10),
                    SparesSmaller = true,
                    Remedy =
                        "Take a type with fewer vCPUs, ask AWS for a higher quota in this region, or use another region.",
                },
                ["VcpuLimitExceeded", "InstanceLimitExceeded"]
            ),
            (
                new(Permission, SpotMarket)
                {
                    Rest = TimeSpan.FromMinutes(30),
                    Remedy = "Have an administrator create the service-linked roles of EC2 Spot and EC2 Fleet once.",
                },
                ["AuthFailure.ServiceLinkedRoleCreationNotPermitted"]
            ),
            (
                new(Quota, Region)
                {
                    Cleanup = AwsErrorCleanup.EndedFleets,
                    Remedy =
                        "Records of ended fleets have been deleted already; end nodes, or raise the fleet quota of the region.",
                },
                ["MaxFleetCountExceeded"]
            ),
            (
                new(Quota, Region)
                {
                    Remedy =
                        "Release unused Elastic IP addresses, raise the quota (5 a region by default), or keep the lighthouse at home.",
                },
                ["AddressLimitExceeded"]
            ),
            (
                new(Quota, Region) { Remedy = "Delete unused VPCs or raise the quota (5 a region by default)." },
                ["VpcLimitExceeded"]
            ),
            (
                new(Quota, Region),
                [
                    "InternetGatewayLimitExceeded",
                    "MaxIOPSLimitExceeded",
                    "RouteTableLimitExceeded",
                    "SecurityGroupLimitExceeded",
                    "SubnetLimitExceeded",
                    "TooManyBuckets",
                    "VolumeLimitExceeded",
                    "VpcEndpointLimitExceeded",
                ]
            ),
            // Terminal: somebody has to change something.
            (
                new(Permission, Account),
                [
                    "AccessDenied",
                    "AccessDeniedException",
                    "AllAccessDisabled",
                    "AuthFailure",
                    "ExpiredToken",
                    "Forbidden",
                    "InvalidAccessKeyId",
                    "InvalidClientTokenId",
                    "InvalidSignatureException",
                    "RequestExpired",
                    "SignatureDoesNotMatch",
                    "UnauthorizedOperation",
                    "UnrecognizedClientException",
                ]
            ),
            (
                new(Permission, Account) { Remedy = "Enable the region for the account, or subscribe to the image." },
                ["OptInRequired"]
            ),
            (
                new(Permission, Account)
                {
                    Remedy = "AWS is still verifying the account in this region; wait some hours.",
                },
                ["PendingVerification"]
            ),
            (new(Permission, Account) { Remedy = "AWS has blocked the account; ask AWS Support." }, ["Blocked"]),
            (new(Invalid, Call) { Remedy = "Resolve the image id again in this region." }, ["InvalidAMIID.NotFound"]),
            (
                new(Invalid, Call) { Remedy = "User data may have 16,384 bytes; leave out what the node can fetch." },
                ["InvalidUserData.Malformed"]
            ),
            (
                new(Invalid, Call)
                {
                    Remedy = "Launch only into the zone of the volume; a volume never leaves its zone.",
                },
                ["InvalidVolume.ZoneMismatch"]
            ),
            (
                new(Invalid, Call) { Remedy = "Somebody else has a bucket of that name; use another owner id." },
                ["BucketAlreadyExists"]
            ),
            (new(Invalid, Call), ["InvalidParameterCombination", "InvalidParameterValue", "MissingParameter"]),
            // Repeated with the same token; never another pool.
            (
                new(Throttled, Call),
                [
                    "EC2ThrottledException",
                    "OverLimit",
                    "RequestLimitExceeded",
                    "RequestThrottled",
                    "SlowDown",
                    "Throttling",
                    "ThrottlingException",
                ]
            ),
            // Two writers met, or the answer was lost: who won shows when asked again.
            (
                new(OutcomeUnknown, Call),
                ["ConditionalRequestConflict", "InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable"]
            ),
            (new(TokenConflict, Call), ["IdempotentParameterMismatch"]),
            (
                new(NotFound, Call) { Cleanup = AwsErrorCleanup.LaunchTemplate },
                [
                    "InvalidLaunchTemplateId.NotFound",
                    "InvalidLaunchTemplateId.VersionNotFound",
                    "InvalidLaunchTemplateName.NotFoundException",
                ]
            ),
            (
                new(NotFound, Call) { Remedy = QueueRemedy },
                ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"]
            ),
            (
                s_notFound,
                [
                    "NoSuchBucket",
                    "NoSuchKey",
                    "NoSuchLifecycleConfiguration",
                    "NoSuchPublicAccessBlockConfiguration",
                    "NoSuchTagSet",
                ]
            ),
            // The wanted state holds; what was to be revoked is not there either.
            (
                new(AlreadyThere, Call),
                [
                    "BucketAlreadyOwnedByYou",
                    "InvalidGroup.Duplicate",
                    "InvalidLaunchTemplateName.AlreadyExistsException",
                    "InvalidPermission.Duplicate",
                    "InvalidPermission.NotFound",
                    "Resource.AlreadyAssociated",
                    "RouteAlreadyExists",
                    "RouteTableAlreadyAssociated",
                ]
            ),
            (
                new(Dependency, Call)
                {
                    Remedy = "Wait: a volume takes four changes in 24 hours, one after the other.",
                },
                ["VolumeModificationRateExceeded"]
            ),
            (
                new(Dependency, Call),
                [
                    "BucketNotEmpty",
                    "DependencyViolation",
                    "IncorrectInstanceState",
                    "IncorrectState",
                    "InvalidGroup.InUse",
                    "InvalidIPAddress.InUse",
                    "InvalidNetworkInterface.InUse",
                    "InvalidSnapshot.InUse",
                    "VolumeInUse",
                ]
            ),
            (new(Precondition, Call), ["InvalidRange", "PreconditionFailed"]),
        ];
}
