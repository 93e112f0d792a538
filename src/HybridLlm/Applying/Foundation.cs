using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Reaching;

namespace HybridLlm.Applying;

/// <summary>The foundation as it stands, complete: what a wake builds on.</summary>
internal sealed record Foundation(
    Network Network,
    ObjectStore Bucket,
    MeshKeeper Mesh,
    StaticHost Lighthouse,
    MeshIdentity Self
);
