using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Reaching;

namespace HybridLlm.Applying;

/// <summary>
/// The controlling process as a member of the mesh, in group <c>gateway</c>. Its files lie in the state folder under
/// <c>mesh/</c>, ready for the Nebula of the machine it runs on.
/// </summary>
internal sealed class ControllerIdentity(ClusterContext context, MeshKeeper mesh)
{
    private const string Name = "controller";
    private const string KeyName = "controller.key";
    private const string CertificateName = "controller.crt";

    private static readonly TimeSpan s_life = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(120);

    private string Folder => Path.Combine(context.State.Path, "mesh");

    /// <summary>Makes or renews the certificate when it is due.</summary>
    public async Task<MeshIdentity> EnsureAsync(CancellationToken cancellationToken) =>
        Load() is { } good ? good : await IssueAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The identity as it is; null when there is none, or it is due for renewal.</summary>
    public MeshIdentity? Load()
    {
        if (context.State.ReadSecretText(CertificateName) is not { } pem)
        {
            return null;
        }

        var certificate = NebulaCertificate.ParsePem(pem);
        return certificate.Issuer == mesh.Authority.Fingerprint && certificate.NotAfter - context.Now > s_renewBefore
            ? Identity(certificate)
            : null;
    }

    /// <summary>Writes the files a Nebula on this machine needs.</summary>
    public Task ExportAsync(StaticHost lighthouse, CancellationToken cancellationToken)
    {
        HostBundle bundle = new()
        {
            Authorities = [mesh.Authority],
            Certificates = [NebulaCertificate.ParsePem(context.State.ReadSecretText(CertificateName)!)],
            Key = HostKeyPair.ParsePem(context.State.ReadSecretText(KeyName)!),
            Config = NodePayloads.Config(MeshRole.Controller, Folder, [lighthouse]),
        };
        return BundleWriter.WriteAsync(Folder, bundle.Files(), ExistingFiles.Replace, cancellationToken);
    }

    private async Task<MeshIdentity> IssueAsync(CancellationToken cancellationToken)
    {
        var key = context.State.ReadSecretText(KeyName) is { } stored
            ? HostKeyPair.ParsePem(stored)
            : HostKeyPair.Generate();
        var place = mesh.Place(new MeshMember { Name = Name, Role = MeshRole.Controller });
        var certificate = await mesh.IssueAsync(place, key.PublicKey, context.Now + s_life, cancellationToken)
            .ConfigureAwait(false);
        context.State.WriteSecret(KeyName, key.ExportPem());
        context.State.WriteSecret(CertificateName, certificate.ToPem());
        return Identity(certificate);
    }

    private MeshIdentity Identity(NebulaCertificate certificate) =>
        new()
        {
            Address = certificate.Networks[0].Address,
            AuthorityPem = mesh.Authority.ToPem(),
            CertificatePem = certificate.ToPem(),
        };
}
