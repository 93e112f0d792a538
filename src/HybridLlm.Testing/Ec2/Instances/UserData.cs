using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>User data: base64 on the wire, at most 16 KB before it.</summary>
internal static class UserData
{
    private const int MostBytes = 16384;

    /// <summary>The bytes cloud-init sees; none for null.</summary>
    public static byte[] Decode(string? base64)
    {
        if (base64 is null)
        {
            return [];
        }

        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            throw new ServiceError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
        }

        return length <= MostBytes
            ? bytes[..length]
            : throw new ServiceError("InvalidUserData.Malformed", $"User data is limited to {MostBytes} bytes");
    }
}
