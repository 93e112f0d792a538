namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>
/// Public IPv4 addresses out of 198.18.0.0/15, which is set aside for benchmarks, so that none is anybody's.
/// </summary>
internal sealed class PublicAddresses
{
    private static readonly Ipv4Block s_pool = Ipv4Block.TryParse("198.18.0.0/15")!.Value;
    private long _taken;

    public string Take() => s_pool.AddressAt(1 + (_taken++ % (s_pool.Size - 2)));

    /// <summary>Gives back what a running instance got by itself; does nothing without.</summary>
    public static void ReleaseAutomatic(NetworkInterface nic, DateTimeOffset now)
    {
        nic.AutomaticUsage?.Close(now);
        (nic.AutomaticPublicIp, nic.AutomaticUsage) = (null, null);
    }
}
