using System.Net;

namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>A pod that was bound to an emulated node and is about to run, or runs.</summary>
public sealed class PodSandbox
{
    private readonly Action<PodSandbox> _ready;

    internal PodSandbox(
        string podNamespace,
        string name,
        string nodeName,
        IPAddress address,
        string manifest,
        Action<PodSandbox> ready
    )
    {
        Namespace = podNamespace;
        Name = name;
        NodeName = nodeName;
        Address = address;
        Manifest = manifest;
        _ready = ready;
    }

    /// <summary>Namespace of the pod.</summary>
    public string Namespace { get; }

    /// <summary>Name of the pod.</summary>
    public string Name { get; }

    /// <summary>Node it runs on.</summary>
    public string NodeName { get; }

    /// <summary>Its address; may be set until it is ready. Nothing listens there unless the runtime sees to it.</summary>
    public IPAddress Address { get; set; }

    /// <summary>The pod as JSON, e.g. for <c>KubernetesJson.Deserialize&lt;V1Pod&gt;</c>.</summary>
    public string Manifest { get; }

    /// <summary>Says that the pod's containers run and are ready.</summary>
    public void ReportReady() => _ready(this);
}
