using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Tests.Ec2;

public sealed class AwsErrorCodesTests
{
    [Theory]
    [InlineData("InsufficientInstanceCapacity", AwsErrorKind.Capacity)]
    [InlineData("UnfulfillableCapacity", AwsErrorKind.Capacity)]
    [InlineData("SpotMaxPriceTooLow", AwsErrorKind.PriceTooLow)]
    [InlineData("MaxSpotInstanceCountExceeded", AwsErrorKind.Quota)]
    [InlineData("VcpuLimitExceeded", AwsErrorKind.Quota)]
    [InlineData("RequestLimitExceeded", AwsErrorKind.Throttled)]
    [InlineData("InternalError", AwsErrorKind.OutcomeUnknown)]
    [InlineData("IdempotentParameterMismatch", AwsErrorKind.TokenConflict)]
    [InlineData("InvalidInstanceID.NotFound", AwsErrorKind.NotFound)]
    [InlineData("InvalidLaunchTemplateName.NotFoundException", AwsErrorKind.NotFound)]
    [InlineData("InvalidVpcEndpointId.NotFound", AwsErrorKind.NotFound)]
    [InlineData("NoSuchBucket", AwsErrorKind.NotFound)]
    [InlineData("InvalidAMIID.NotFound", AwsErrorKind.Invalid)]
    [InlineData("InvalidPermission.NotFound", AwsErrorKind.AlreadyThere)]
    [InlineData("DependencyViolation", AwsErrorKind.Dependency)]
    [InlineData("UnauthorizedOperation", AwsErrorKind.Permission)]
    [InlineData("NeverSeenBefore", AwsErrorKind.Unknown)]
    public void A_code_has_one_meaning(string code, AwsErrorKind kind) => AwsErrorCodes.KindOf(code).ShouldBe(kind);

    /// <summary>Every code EC2's error table names for launches, volumes, addresses and teardown, with its reach and its move.</summary>
    public static TheoryData<string, AwsErrorKind, AwsErrorScope, double?> Table { get; } =
        new()
        {
            { "InsufficientInstanceCapacity", AwsErrorKind.Capacity, AwsErrorScope.Pool, null },
            { "UnfulfillableCapacity", AwsErrorKind.Capacity, AwsErrorScope.Pool, null },
            { "ReservationCapacityExceeded", AwsErrorKind.Capacity, AwsErrorScope.Pool, null },
            { "SpotMaxPriceTooLow", AwsErrorKind.PriceTooLow, AwsErrorScope.Pool, null },
            { "MaxSpotInstanceCountExceeded", AwsErrorKind.Quota, AwsErrorScope.Family, 10 },
            { "VcpuLimitExceeded", AwsErrorKind.Quota, AwsErrorScope.Family, 10 },
            { "InstanceLimitExceeded", AwsErrorKind.Quota, AwsErrorScope.Family, 10 },
            { "Unsupported", AwsErrorKind.Unsupported, AwsErrorScope.Pool, 24 * 60 },
            { "InvalidFleetConfiguration", AwsErrorKind.Unsupported, AwsErrorScope.Pool, 24 * 60 },
            { "InsufficientFreeAddressesInSubnet", AwsErrorKind.SubnetFull, AwsErrorScope.Subnet, 10 },
            { "MaxFleetCountExceeded", AwsErrorKind.Quota, AwsErrorScope.Region, null },
            {
                "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
                AwsErrorKind.Permission,
                AwsErrorScope.SpotMarket,
                30
            },
            { "RequestLimitExceeded", AwsErrorKind.Throttled, AwsErrorScope.Call, null },
            { "Throttling", AwsErrorKind.Throttled, AwsErrorScope.Call, null },
            { "Unavailable", AwsErrorKind.OutcomeUnknown, AwsErrorScope.Call, null },
            { "InternalError", AwsErrorKind.OutcomeUnknown, AwsErrorScope.Call, null },
            { "ServiceUnavailable", AwsErrorKind.OutcomeUnknown, AwsErrorScope.Call, null },
            { "IdempotentParameterMismatch", AwsErrorKind.TokenConflict, AwsErrorScope.Call, null },
            { "InvalidLaunchTemplateId.NotFound", AwsErrorKind.NotFound, AwsErrorScope.Call, null },
            { "InvalidLaunchTemplateName.NotFoundException", AwsErrorKind.NotFound, AwsErrorScope.Call, null },
            { "InvalidAMIID.NotFound", AwsErrorKind.Invalid, AwsErrorScope.Call, null },
            { "InvalidParameterValue", AwsErrorKind.Invalid, AwsErrorScope.Call, null },
            { "InvalidUserData.Malformed", AwsErrorKind.Invalid, AwsErrorScope.Call, null },
            { "UnauthorizedOperation", AwsErrorKind.Permission, AwsErrorScope.Account, null },
            { "AccessDenied", AwsErrorKind.Permission, AwsErrorScope.Account, null },
            { "OptInRequired", AwsErrorKind.Permission, AwsErrorScope.Account, null },
            { "PendingVerification", AwsErrorKind.Permission, AwsErrorScope.Account, null },
            { "Blocked", AwsErrorKind.Permission, AwsErrorScope.Account, null },
            { "InvalidInstanceID.NotFound", AwsErrorKind.NotFound, AwsErrorScope.Call, null },
            { "DependencyViolation", AwsErrorKind.Dependency, AwsErrorScope.Call, null },
            { "VolumeInUse", AwsErrorKind.Dependency, AwsErrorScope.Call, null },
            { "IncorrectState", AwsErrorKind.Dependency, AwsErrorScope.Call, null },
            { "InvalidVolume.ZoneMismatch", AwsErrorKind.Invalid, AwsErrorScope.Call, null },
            { "VolumeModificationRateExceeded", AwsErrorKind.Dependency, AwsErrorScope.Call, null },
            { "AddressLimitExceeded", AwsErrorKind.Quota, AwsErrorScope.Region, null },
            { "VpcLimitExceeded", AwsErrorKind.Quota, AwsErrorScope.Region, null },
            { "MaxIOPSLimitExceeded", AwsErrorKind.Quota, AwsErrorScope.Region, null },
            { "VolumeLimitExceeded", AwsErrorKind.Quota, AwsErrorScope.Region, null },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_code_has_one_meaning_one_reach_and_one_rest(
        string code,
        AwsErrorKind kind,
        AwsErrorScope scope,
        double? restMinutes
    )
    {
        var rule = AwsErrorCodes.RuleOf(code);

        (rule.Kind, rule.Scope, rule.Rest?.TotalMinutes).ShouldBe((kind, scope, restMinutes));
        AwsErrorCodes.RemedyOf(code).ShouldEndWith(".");
    }

    [Theory]
    [InlineData("MaxFleetCountExceeded", AwsErrorCleanup.EndedFleets)]
    [InlineData("InvalidLaunchTemplateId.NotFound", AwsErrorCleanup.LaunchTemplate)]
    [InlineData("InvalidLaunchTemplateName.NotFoundException", AwsErrorCleanup.LaunchTemplate)]
    [InlineData("InsufficientInstanceCapacity", AwsErrorCleanup.None)]
    [InlineData("UnauthorizedOperation", AwsErrorCleanup.None)]
    internal void Some_codes_are_set_right_without_an_operator(string code, AwsErrorCleanup cleanup) =>
        AwsErrorCodes.RuleOf(code).Cleanup.ShouldBe(cleanup);

    [Fact]
    public void Every_meaning_has_a_remedy() =>
        Enum.GetValues<AwsErrorKind>().Select(AwsErrorCodes.RemedyOf).ShouldAllBe(remedy => remedy.EndsWith('.'));

    [Fact]
    public void Some_codes_have_a_remedy_of_their_own() =>
        AwsErrorCodes.RemedyOf("VpcLimitExceeded").ShouldContain("5 a region");
}
