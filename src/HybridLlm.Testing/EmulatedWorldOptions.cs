using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Meshes;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Testing;

/// <summary>What an <see cref="EmulatedWorld"/> is like.</summary>
public sealed class EmulatedWorldOptions
{
    /// <summary>
    /// Its clock, which the world disposes; null for one that starts three hours ago and runs as fast as the real one. TLS goes by the
    /// machine's clock, and the authorities of a federated node hold from an hour before they are made until the end of its maximum life,
    /// 12 hours unless told otherwise. A clock that starts behind may run ahead for longer; one that starts behind by more than the
    /// maximum life makes authorities that have ended.
    /// </summary>
    public VirtualClock? Clock { get; set; }

    /// <summary>Whether there is a Kubernetes cluster at home, with Liqo, for clusters that federate.</summary>
    public bool HasHomelab { get; set; }

    /// <summary>From shutting-down to terminated, 0 or more; a real GPU instance takes minutes.</summary>
    public TimeSpan ShutdownTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How its nodes behave.</summary>
    public NodeEmulatorOptions Nodes { get; } = new();

    /// <summary>Chooses what runs inside an instance, in place of a <see cref="NodeEmulator"/>; null, or answering null, takes that.</summary>
    public Func<EmulatedMesh, InstanceGuest, IInstanceGuest?>? Guest { get; set; }

    /// <summary>Real files in place of the stand-ins nodes install, by artifact name.</summary>
    public IDictionary<string, byte[]> Artifacts { get; } = new Dictionary<string, byte[]>();
}
