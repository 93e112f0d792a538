using System.Collections.Frozen;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>All this package knows about AWS error codes. Codes are matched, never message texts.</summary>
internal static class AwsErrorCodes
{
    private static readonly FrozenDictionary<string, AwsErrorKind> s_kinds = new Dictionary<string, AwsErrorKind>
    {
        ["InsufficientInstanceCapacity"] = AwsErrorKind.Capacity,
        ["InsufficientCapacity"] = AwsErrorKind.Capacity,
        ["UnfulfillableCapacity"] = AwsErrorKind.Capacity,
        ["ReservationCapacityExceeded"] = AwsErrorKind.Capacity,

        ["SpotMaxPriceTooLow"] = AwsErrorKind.PriceTooLow,

        ["MaxSpotInstanceCountExceeded"] = AwsErrorKind.Quota,
        ["VcpuLimitExceeded"] = AwsErrorKind.Quota,
        ["InstanceLimitExceeded"] = AwsErrorKind.Quota,
        ["MaxFleetCountExceeded"] = AwsErrorKind.Quota,
        ["AddressLimitExceeded"] = AwsErrorKind.Quota,
        ["VpcLimitExceeded"] = AwsErrorKind.Quota,
        ["SubnetLimitExceeded"] = AwsErrorKind.Quota,
        ["SecurityGroupLimitExceeded"] = AwsErrorKind.Quota,
        ["InternetGatewayLimitExceeded"] = AwsErrorKind.Quota,
        ["RouteTableLimitExceeded"] = AwsErrorKind.Quota,
        ["VpcEndpointLimitExceeded"] = AwsErrorKind.Quota,
        ["VolumeLimitExceeded"] = AwsErrorKind.Quota,
        ["MaxIOPSLimitExceeded"] = AwsErrorKind.Quota,
        ["TooManyBuckets"] = AwsErrorKind.Quota,

        ["Unsupported"] = AwsErrorKind.Unsupported,
        ["UnsupportedOperation"] = AwsErrorKind.Unsupported,
        ["InvalidFleetConfiguration"] = AwsErrorKind.Unsupported,

        ["InsufficientFreeAddressesInSubnet"] = AwsErrorKind.SubnetFull,

        ["UnauthorizedOperation"] = AwsErrorKind.Permission,
        ["AccessDenied"] = AwsErrorKind.Permission,
        ["Forbidden"] = AwsErrorKind.Permission,
        ["AllAccessDisabled"] = AwsErrorKind.Permission,
        ["AuthFailure"] = AwsErrorKind.Permission,
        ["AuthFailure.ServiceLinkedRoleCreationNotPermitted"] = AwsErrorKind.Permission,
        ["ExpiredToken"] = AwsErrorKind.Permission,
        ["RequestExpired"] = AwsErrorKind.Permission,
        ["InvalidAccessKeyId"] = AwsErrorKind.Permission,
        ["InvalidClientTokenId"] = AwsErrorKind.Permission,
        ["SignatureDoesNotMatch"] = AwsErrorKind.Permission,
        ["OptInRequired"] = AwsErrorKind.Permission,
        ["PendingVerification"] = AwsErrorKind.Permission,
        ["Blocked"] = AwsErrorKind.Permission,

        ["InvalidSignatureException"] = AwsErrorKind.Permission,
        ["AccessDeniedException"] = AwsErrorKind.Permission,
        ["UnrecognizedClientException"] = AwsErrorKind.Permission,

        ["InvalidAMIID.NotFound"] = AwsErrorKind.Invalid,
        ["InvalidVolume.ZoneMismatch"] = AwsErrorKind.Invalid,
        ["InvalidParameterValue"] = AwsErrorKind.Invalid,
        ["InvalidParameterCombination"] = AwsErrorKind.Invalid,
        ["InvalidUserData.Malformed"] = AwsErrorKind.Invalid,
        ["MissingParameter"] = AwsErrorKind.Invalid,
        ["BucketAlreadyExists"] = AwsErrorKind.Invalid,

        ["RequestLimitExceeded"] = AwsErrorKind.Throttled,
        ["Throttling"] = AwsErrorKind.Throttled,
        ["ThrottlingException"] = AwsErrorKind.Throttled,
        ["RequestThrottled"] = AwsErrorKind.Throttled,
        ["EC2ThrottledException"] = AwsErrorKind.Throttled,
        ["SlowDown"] = AwsErrorKind.Throttled,
        ["OverLimit"] = AwsErrorKind.Throttled,

        ["InternalError"] = AwsErrorKind.OutcomeUnknown,
        ["InternalFailure"] = AwsErrorKind.OutcomeUnknown,
        ["Unavailable"] = AwsErrorKind.OutcomeUnknown,
        ["ServiceUnavailable"] = AwsErrorKind.OutcomeUnknown,

        // Two writers met; who won shows when asked again.
        ["ConditionalRequestConflict"] = AwsErrorKind.OutcomeUnknown,

        ["IdempotentParameterMismatch"] = AwsErrorKind.TokenConflict,

        ["QueueDoesNotExist"] = AwsErrorKind.NotFound,
        ["AWS.SimpleQueueService.NonExistentQueue"] = AwsErrorKind.NotFound,
        ["NoSuchBucket"] = AwsErrorKind.NotFound,
        ["NoSuchKey"] = AwsErrorKind.NotFound,
        ["NoSuchTagSet"] = AwsErrorKind.NotFound,
        ["NoSuchLifecycleConfiguration"] = AwsErrorKind.NotFound,
        ["NoSuchPublicAccessBlockConfiguration"] = AwsErrorKind.NotFound,
        ["NotFound"] = AwsErrorKind.NotFound,

        ["InvalidGroup.Duplicate"] = AwsErrorKind.AlreadyThere,
        ["InvalidPermission.Duplicate"] = AwsErrorKind.AlreadyThere,
        ["InvalidLaunchTemplateName.AlreadyExistsException"] = AwsErrorKind.AlreadyThere,
        ["Resource.AlreadyAssociated"] = AwsErrorKind.AlreadyThere,
        // What was to be revoked is not there: the wanted state holds.
        ["InvalidPermission.NotFound"] = AwsErrorKind.AlreadyThere,
        ["RouteAlreadyExists"] = AwsErrorKind.AlreadyThere,
        ["RouteTableAlreadyAssociated"] = AwsErrorKind.AlreadyThere,
        ["BucketAlreadyOwnedByYou"] = AwsErrorKind.AlreadyThere,

        ["DependencyViolation"] = AwsErrorKind.Dependency,
        ["InvalidGroup.InUse"] = AwsErrorKind.Dependency,
        ["InvalidIPAddress.InUse"] = AwsErrorKind.Dependency,
        ["InvalidNetworkInterface.InUse"] = AwsErrorKind.Dependency,
        ["InvalidSnapshot.InUse"] = AwsErrorKind.Dependency,
        ["VolumeInUse"] = AwsErrorKind.Dependency,
        ["VolumeModificationRateExceeded"] = AwsErrorKind.Dependency,
        ["IncorrectState"] = AwsErrorKind.Dependency,
        ["IncorrectInstanceState"] = AwsErrorKind.Dependency,
        ["BucketNotEmpty"] = AwsErrorKind.Dependency,

        ["PreconditionFailed"] = AwsErrorKind.Precondition,
        ["InvalidRange"] = AwsErrorKind.Precondition,
    }.ToFrozenDictionary();

    /// <summary>Codes whose remedy says more than that of their kind.</summary>
    private static readonly FrozenDictionary<string, string> s_remedies = new Dictionary<string, string>
    {
        ["MaxFleetCountExceeded"] =
            "Delete ended instant fleets (teardown scope Burst does), or raise the fleet quota.",
        ["AddressLimitExceeded"] =
            "Release unused Elastic IP addresses, raise the quota (5 a region by default), or keep the lighthouse at home.",
        ["VpcLimitExceeded"] = "Delete unused VPCs or raise the quota (5 a region by default).",
        ["AuthFailure.ServiceLinkedRoleCreationNotPermitted"] =
            "Have an administrator create the service-linked roles of EC2 Spot and EC2 Fleet once.",
        ["PendingVerification"] = "AWS is still verifying the account in this region; wait some hours.",
        ["InvalidAMIID.NotFound"] = "Resolve the image id again in this region.",
        ["QueueDoesNotExist"] =
            "Have an administrator run the commands of Prerequisites.Render, or go without a queue.",
        ["AWS.SimpleQueueService.NonExistentQueue"] =
            "Have an administrator run the commands of Prerequisites.Render, or go without a queue.",
        ["InvalidVolume.ZoneMismatch"] = "Launch only into the zone of the volume; a volume never leaves its zone.",
        ["VolumeModificationRateExceeded"] = "Wait: a volume takes four changes in 24 hours, one after the other.",
        ["BucketAlreadyExists"] = "Somebody else has a bucket of that name; use another owner id.",
    }.ToFrozenDictionary();

    public static AwsErrorKind KindOf(string code) =>
        s_kinds.TryGetValue(code, out var kind) ? kind
        : code.EndsWith("NotFound", StringComparison.Ordinal)
        || code.EndsWith("NotFoundException", StringComparison.Ordinal)
            ? AwsErrorKind.NotFound
        : AwsErrorKind.Unknown;

    public static string RemedyOf(string code) =>
        s_remedies.TryGetValue(code, out var remedy) ? remedy : RemedyOf(KindOf(code));

    public static string RemedyOf(AwsErrorKind kind) =>
        kind switch
        {
            AwsErrorKind.Capacity => "Try again in some minutes, or allow more instance types and zones.",
            AwsErrorKind.PriceTooLow => "Raise the price reserved, or wait for the spot price to fall.",
            AwsErrorKind.Quota => "Ask AWS for a higher quota in this region, or use another region.",
            AwsErrorKind.Unsupported => "Read the offers again and leave out this instance type in this zone.",
            AwsErrorKind.SubnetFull => "Use another subnet.",
            AwsErrorKind.Permission => "Check the credentials and what they are allowed to do in this region.",
            AwsErrorKind.Throttled => "Try again later; other programs may be using up the account's call rate.",
            AwsErrorKind.OutcomeUnknown => "Run the same step again: it looks first at what was done.",
            AwsErrorKind.TokenConflict => "Use a new attempt number for the changed intent.",
            AwsErrorKind.NotFound => "Plan again from what exists now.",
            AwsErrorKind.Dependency => "Try again when what depends on it is gone.",
            AwsErrorKind.AlreadyThere or AwsErrorKind.Precondition => "Plan again from what exists now.",
            AwsErrorKind.Invalid or AwsErrorKind.Unknown => "Correct what AWS names and run the step again.",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}
