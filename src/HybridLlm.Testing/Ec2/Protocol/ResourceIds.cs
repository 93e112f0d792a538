using System.Globalization;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>Ids in EC2's long form, the same ones for the same seed and order of calls.</summary>
internal sealed class ResourceIds(int seed)
{
#pragma warning disable CA5394 // Ids need to be repeatable, not secret.
    private readonly Random _random = new(seed);

    /// <summary>E.g. <c>i-0f2c9be3b6e0d41a7</c>.</summary>
    public string Next(string prefix) => $"{prefix}-0{Hex(16)}";

    /// <summary>A request id in the form of a UUID.</summary>
    public string Request() => $"{Hex(8)}-{Hex(4)}-4{Hex(3)}-a{Hex(3)}-{Hex(12)}";

    /// <summary>Lower-case hexadecimal digits.</summary>
    public string Hex(int digits)
    {
        var value = _random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        return value[^digits..];
    }
#pragma warning restore CA5394
}
