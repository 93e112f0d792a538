namespace HybridLlm.AwsGpu.Fleets;

/// <summary>EC2's bound on what an instance is given at launch.</summary>
public static class UserData
{
    /// <summary>Most bytes of user data, before Base64.</summary>
    public const int MaxBytes = 16 * 1024;

    internal static string? Fault(ReadOnlyMemory<byte> userData) =>
        userData.Length is > 0 and <= MaxBytes ? null : $"UserData has {userData.Length} bytes, must be 1–{MaxBytes}";

    internal static string Encode(ReadOnlyMemory<byte> userData) => Convert.ToBase64String(userData.Span);
}
