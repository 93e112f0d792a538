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

    [Fact]
    public void Every_meaning_has_a_remedy() =>
        Enum.GetValues<AwsErrorKind>().Select(AwsErrorCodes.RemedyOf).ShouldAllBe(remedy => remedy.EndsWith('.'));

    [Fact]
    public void Some_codes_have_a_remedy_of_their_own() =>
        AwsErrorCodes.RemedyOf("VpcLimitExceeded").ShouldContain("5 a region");
}
