using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Applying;

/// <summary>One wake of one node, from before its launch until it is answered.</summary>
internal sealed record NodeWake(NodeBoot Boot, X25519PrivateKey Controller, MeshAssignment Place) : IDisposable
{
    public string Id => Boot.WakeId;

    /// <summary>A certificate lives no longer than its node may.</summary>
    public DateTimeOffset CertificateUntil => Boot.LastMoment;

    public void Dispose() => Controller.Dispose();
}
