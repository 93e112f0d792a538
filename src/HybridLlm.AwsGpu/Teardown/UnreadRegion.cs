namespace HybridLlm.AwsGpu.Teardown;

/// <summary>A region the account may not look into, about which an inventory therefore says nothing.</summary>
/// <param name="Region">The region.</param>
/// <param name="Code">AWS's error code, e.g. <c>UnauthorizedOperation</c>.</param>
public sealed record UnreadRegion(string Region, string Code);
