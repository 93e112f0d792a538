using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;

namespace HybridLlm.Nebula.Rotation;

/// <summary>What to do on one node.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Certificates">Versions its <c>host.crt</c> shall hold.</param>
/// <param name="InitiatingVersion">Value of <c>pki.initiating_version</c>; null to leave it out.</param>
/// <param name="Effect">Whether a reload is enough.</param>
public sealed record MigrationStep(
    string Node,
    IReadOnlyList<CertificateVersion> Certificates,
    CertificateVersion? InitiatingVersion,
    ConfigChangeEffect Effect
);

/// <summary>Steps that may be taken in any order; the next stage waits until all are done.</summary>
/// <param name="Purpose">What the stage is for, one sentence.</param>
/// <param name="Steps">One a node.</param>
/// <param name="Blockers">What must be mended before the stage begins; empty when it may.</param>
public sealed record MigrationStage(
    string Purpose,
    IReadOnlyList<MigrationStep> Steps,
    IReadOnlyList<NebulaFault> Blockers
);

/// <summary>The way from v1 to v2.</summary>
/// <param name="Stages">In order.</param>
public sealed record MigrationPlan(IReadOnlyList<MigrationStage> Stages);
