using System.Net;
using HybridLlm.Journals;
using HybridLlm.Nebula;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>
/// The mesh of a cluster as this machine keeps it: the authority, the ledger of who holds which address, and the certificates it
/// gives out. The authority's key never leaves the state folder.
/// </summary>
internal sealed class MeshKeeper
{
    private const string KeyName = "nebula-ca.key";
    private const string CertificateName = "nebula-ca.crt";
    private const string LedgerName = "nebula-addresses.json";

    private static readonly TimeSpan s_authorityLife = TimeSpan.FromDays(3650);

    /// <summary>A node's clock may lag behind ours.</summary>
    private static readonly TimeSpan s_backdate = TimeSpan.FromHours(1);

    private readonly StateFolder _state;
    private readonly NebulaPrefix _range;
    private readonly TimeProvider _clock;
    private readonly CertificateAuthority _authority;

    private MeshKeeper(StateFolder state, NebulaPrefix range, TimeProvider clock, CertificateAuthority authority)
    {
        _state = state;
        _range = range;
        _clock = clock;
        _authority = authority;
    }

    public NebulaCertificate Authority => _authority.Certificate;

    /// <summary>The mesh kept in a state folder; null when there is none yet.</summary>
    /// <exception cref="HybridClusterFaultsException">The authority's files do not belong together, or serve another range.</exception>
    public static MeshKeeper? Load(StateFolder state, IPNetwork range, TimeProvider clock)
    {
        var (key, certificate) = (state.ReadSecretText(KeyName), state.ReadSecretText(CertificateName));
        if (key is null && certificate is null)
        {
            return null;
        }

        try
        {
            var authority = CertificateAuthority.Load(certificate ?? "", key ?? "");
            var wanted = Prefix(range);
            return authority.Certificate.Networks.Contains(wanted)
                ? new MeshKeeper(state, wanted, clock, authority)
                : throw Faulty(
                    $"the mesh authority was made for {string.Join(", ", authority.Certificate.Networks)}, the mesh is to be {wanted}",
                    "Keep the mesh range the authority was made for, or take the cluster down and remove its state folder."
                );
        }
        catch (NebulaException e)
        {
            throw Faulty(
                e.Message,
                $"Put back the {CertificateName} and {KeyName} that were made together, in {Path.Combine(state.Path, "secrets")}."
            );
        }
    }

    /// <summary>Makes the authority and stores it before anyone relies on it.</summary>
    public static async Task<MeshKeeper> CreateAsync(
        StateFolder state,
        string name,
        IPNetwork range,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var key = CaKeyPair.Generate();
        CaCertificateRequest request = new()
        {
            Name = name,
            NotBefore = now - s_backdate,
            NotAfter = now + s_authorityLife,
            Networks = [Prefix(range)],
        };
        var authority = await CertificateAuthority.CreateAsync(request, key, cancellationToken).ConfigureAwait(false);
        state.WriteSecret(KeyName, key.ExportPem());
        state.WriteSecret(CertificateName, authority.Certificate.ToPem());
        return new MeshKeeper(state, Prefix(range), clock, authority);
    }

    /// <summary>The place a member would get now: what it holds already, else the lowest free address of its role.</summary>
    public MeshAssignment Place(MeshMember member)
    {
        MeshNetworkSpec spec = new() { Range = _range, Members = [member] };
        return MeshNetworkPlanner.Plan(spec, Ledger(), _clock.GetUtcNow())[member.Name];
    }

    /// <summary>Gives a member its certificate. Its address is in the ledger before the certificate is anywhere else.</summary>
    public async Task<NebulaCertificate> IssueAsync(
        MeshAssignment place,
        HostPublicKey key,
        DateTimeOffset notAfter,
        CancellationToken cancellationToken
    )
    {
        var now = _clock.GetUtcNow();
        var certificate = await _authority
            .IssueAsync(place.CertificateRequest(key, now - s_backdate, notAfter), cancellationToken)
            .ConfigureAwait(false);
        _state.WriteSecret(LedgerName, Ledger().WithoutExpired(now).Record(certificate).ToJson());
        return certificate;
    }

    private AddressLedger Ledger() =>
        _state.ReadSecretText(LedgerName) is { } json ? AddressLedger.ParseJson(json) : AddressLedger.Empty;

    private static NebulaPrefix Prefix(IPNetwork range) => new(range.BaseAddress, range.PrefixLength);

    private static HybridClusterFaultsException Faulty(string what, string remedy) =>
        new([
            new SpecFault(
                "HL140",
                $"The mesh authority in the state folder cannot be used: {what.TrimEnd('.')}.",
                remedy
            ),
        ]);
}
