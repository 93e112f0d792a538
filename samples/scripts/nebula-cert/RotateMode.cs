using HybridLlm.Nebula;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Rotation;

namespace NebulaCert;

/// <summary>
/// <c>rotate</c>: changes the authority step by step. The folder holds one folder a node, with its <c>ca.crt</c> and <c>host.crt</c>; a
/// run writes what every node is to have now, and <c>-confirmed</c> says that all nodes run on what was written before.
/// </summary>
internal static class RotateMode
{
    private const string StateName = "rotation.json";

    public static readonly Mode Mode = new(
        "rotate",
        "changes the certificate authority of a mesh without a break, one safe step a run",
        [
            new("dir", "Required: folder with a folder for each node (ca.crt, host.crt)"),
            new("old-crt", "Required: path of the CA cert to leave"),
            new("new-crt", "Required: path of the CA cert to go to"),
            new("ca-key", "Path of the key of the CA that signs: the new one's, or with -back the old one's"),
            new("confirmed", "All nodes were reloaded with their files: go on", Kind: FlagKind.Switch),
            new("back", "Turn back: return to the CA it came from", Kind: FlagKind.Switch),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        var folder = options.Required("dir");
        NebulaCertificate[] authorities =
        [
            NebulaCertificate.ParsePem(await Files.ReadAsync(options.Required("old-crt"))),
            NebulaCertificate.ParsePem(await Files.ReadAsync(options.Required("new-crt"))),
        ];
        List<string> nodes =
        [
            .. Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal),
        ];
        var statePath = Path.Combine(folder, StateName);
        var state = File.Exists(statePath)
            ? RotationState.ParseJson(await Files.ReadAsync(statePath))
            : AuthorityRotation.Begin(authorities[0], authorities[1], nodes, TimeProvider.System.GetUtcNow());

        NebulaFault? refusal = null;
        foreach (var happened in Events(options, folder, state, nodes))
        {
            (state, refusal) = AuthorityRotation.Apply(state, happened);
        }

        foreach (var task in state.Tasks)
        {
            await GiveAsync(Path.Combine(folder, task.Name), task, authorities, options);
            Console.WriteLine(
                $"{task.Name}: trusts {string.Join(", ", task.Trusts)}{(task.Issuer is null ? "" : $"; issued by {task.Issuer}")}"
            );
        }

        await Files.ReplaceAsync(statePath, state.ToJson());
        Console.Error.WriteLine(
            state.Phase == RotationPhase.Done
                ? "The rotation is done."
                : $"{state.Phase}: give the nodes above their files, reload them, then run again with -confirmed."
        );
        if (refusal is not null)
        {
            Console.Error.WriteLine($"Error: {refusal}");
        }

        return refusal is null ? 0 : 1;
    }

    private static IEnumerable<RotationEvent> Events(
        Options options,
        string folder,
        RotationState state,
        List<string> nodes
    )
    {
        var known = state.Nodes.Select(n => n.Name).ToList();
        foreach (var name in known.Except(nodes))
        {
            yield return new RotationEvent.NodeLeft(name);
        }

        foreach (var name in nodes.Except(known))
        {
            yield return new RotationEvent.NodeJoined(name);
        }

        if (options.Switch("back"))
        {
            yield return new RotationEvent.TurnBack();
        }
        else if (options.Switch("confirmed"))
        {
            foreach (var name in nodes)
            {
                var trusts = Certificates(Path.Combine(folder, name), BundleFile.CaName);
                var own = Certificates(Path.Combine(folder, name), BundleFile.CertificateName);
                // Of a v1 and a v2 certificate, the one that is behind counts.
                var issuer = own.Select(c => c.Issuer).MaxBy(i => i != state.New)!;
                yield return new RotationEvent.NodeSeen(name, [.. trusts.Select(c => c.Fingerprint)], issuer);
            }

            yield return new RotationEvent.Advance();
        }
    }

    private static async Task GiveAsync(
        string folder,
        RotationTask task,
        NebulaCertificate[] authorities,
        Options options
    )
    {
        var trusted = task.Trusts.Select(t => Array.Find(authorities, a => a.Fingerprint == t)!.ToPem());
        await Files.ReplaceAsync(Path.Combine(folder, BundleFile.CaName), string.Concat(trusted));
        var own = Certificates(folder, BundleFile.CertificateName);
        if (task.Issuer is null || own.All(c => c.Issuer == task.Issuer))
        {
            return;
        }

        var issuer = Array.Find(authorities, a => a.Fingerprint == task.Issuer)!;
        var authority = await Authority.LoadAsync(issuer, options.Required("ca-key"));
        var now = TimeProvider.System.GetUtcNow();
        List<string> renewed = [];
        foreach (var certificate in own)
        {
            var life = certificate.NotAfter - certificate.NotBefore;
            renewed.Add((await BundleRenewal.RenewAsync(certificate, authority, life, now)).ToPem());
        }

        await Files.ReplaceAsync(Path.Combine(folder, BundleFile.CertificateName), string.Concat(renewed));
    }

    private static IReadOnlyList<NebulaCertificate> Certificates(string folder, string name) =>
        NebulaCertificate.ParseBundle(File.ReadAllText(Path.Combine(folder, name)));
}
