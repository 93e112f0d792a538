using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Nodes;

namespace HybridLlm.Testing.Ec2;

/// <summary>An emulated machine, as what runs on it sees it.</summary>
public sealed class InstanceGuest
{
    private readonly Instance _instance;

    internal InstanceGuest(Instance instance) => _instance = instance;

    /// <summary>E.g. <c>i-0f2c9be3b6e0d41a7</c>.</summary>
    public string InstanceId => _instance.Id;

    /// <summary>E.g. <c>g6.xlarge</c>.</summary>
    public string InstanceType => _instance.Type.Name;

    /// <summary><c>x86_64</c> or <c>arm64</c>.</summary>
    public string Architecture => _instance.Type.Architecture;

    /// <summary>Region name.</summary>
    public string Region => _instance.Region.Name;

    /// <summary>Zone name, e.g. <c>us-east-2a</c>.</summary>
    public string Zone => _instance.Zone.Name;

    /// <summary>Machine image it booted from.</summary>
    public string ImageId => _instance.Image.Id;

    /// <summary>How it was bought.</summary>
    public Market Market => _instance.Market;

    /// <summary>Last launch or start.</summary>
    public DateTimeOffset LaunchTime => _instance.LaunchTime;

    /// <summary>The raw bytes cloud-init would see; empty without user data.</summary>
    public ReadOnlyMemory<byte> UserData => _instance.UserData;

    /// <summary>Address in its subnet.</summary>
    public string PrivateIp => _instance.Interface.PrivateIp;

    /// <summary>Public IPv4 address of now; null without one.</summary>
    public string? PublicIp
    {
        get
        {
            lock (Cloud.Gate)
            {
                return _instance.Interface.PublicIp;
            }
        }
    }

    /// <summary>Its tags of now.</summary>
    public IReadOnlyDictionary<string, string> Tags
    {
        get
        {
            lock (Cloud.Gate)
            {
                return new SortedDictionary<string, string>(_instance.Tags, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>
    /// Stands for <c>http://169.254.169.254/</c>: the real paths follow it, e.g. <c>latest/api/token</c>. Ends with a slash.
    /// </summary>
    public Uri MetadataEndpoint => new(Cloud.Endpoint, $"{Imds.ImdsEndpoint.Root}/{_instance.Id}/");

    /// <summary>The emulator's clock.</summary>
    public TimeProvider Time => Cloud.Time;

    /// <summary>An attached volume's disk; null while it is not attached.</summary>
    internal NodeDisk? Disk(string volumeId)
    {
        lock (Cloud.Gate)
        {
            return _instance.Volumes.FirstOrDefault(v => v.Id == volumeId)?.Disk;
        }
    }

    private CloudState Cloud => _instance.Region.Cloud;

    /// <summary>Shuts down from inside: stops or terminates, as the launch said.</summary>
    public async Task PowerOffAsync()
    {
        Task off;
        lock (Cloud.Gate)
        {
            off = InstanceLife.PowerOffFromInside(_instance);
        }

        await off.ConfigureAwait(false);
    }
}
