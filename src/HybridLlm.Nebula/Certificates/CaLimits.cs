using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>What an authority's certificate allows it to sign (nebula <c>cert/ca_pool.go</c>), in nebula's order.</summary>
internal static class CaLimits
{
    public static IEnumerable<(VerificationFailure Failure, NebulaFault Fault)> Violations(
        NebulaCertificate authority,
        ToBeSignedCertificate body
    ) =>
        Lifetime(authority, body)
            .Concat(Groups(authority, body))
            .Concat(
                Outside(
                    authority.Networks,
                    body.Networks,
                    VerificationFailure.NetworkNotAllowed,
                    network => new NebulaFault(
                        "ca-network-limit",
                        $"{network} of '{body.Name}' lies outside the networks of '{authority.Name}': {List(authority.Networks)}.",
                        "Use an address inside them, or an authority with wider limits."
                    )
                )
            )
            .Concat(
                Outside(
                    authority.UnsafeNetworks,
                    body.UnsafeNetworks,
                    VerificationFailure.UnsafeNetworkNotAllowed,
                    network => new NebulaFault(
                        "ca-unsafe-network-limit",
                        $"The unsafe network {network} of '{body.Name}' lies outside those of '{authority.Name}': {List(authority.UnsafeNetworks)}.",
                        "Use a range inside them, or an authority with wider limits."
                    )
                )
            );

    private static IEnumerable<(VerificationFailure, NebulaFault)> Lifetime(
        NebulaCertificate authority,
        ToBeSignedCertificate body
    )
    {
        if (body.NotAfter > authority.NotAfter)
        {
            yield return (
                VerificationFailure.OutlivesAuthority,
                new NebulaFault(
                    "ca-outlived",
                    $"'{body.Name}' would end {body.NotAfter:u}, after its authority '{authority.Name}' ({authority.NotAfter:u}).",
                    "Give a shorter life, or rotate to a new authority."
                )
            );
        }

        if (body.NotBefore < authority.NotBefore)
        {
            yield return (
                VerificationFailure.PredatesAuthority,
                new NebulaFault(
                    "ca-predated",
                    $"'{body.Name}' would begin {body.NotBefore:u}, before its authority '{authority.Name}' ({authority.NotBefore:u}).",
                    "Begin no earlier than the authority; check the clock."
                )
            );
        }
    }

    private static IEnumerable<(VerificationFailure, NebulaFault)> Groups(
        NebulaCertificate authority,
        ToBeSignedCertificate body
    ) =>
        authority.Groups.Count == 0
            ? []
            : body
                .Groups.Where(group => !authority.Groups.Contains(group))
                .Select(group =>
                    (
                        VerificationFailure.GroupNotAllowed,
                        new NebulaFault(
                            "ca-group-limit",
                            $"The group '{group}' of '{body.Name}' is not among those of '{authority.Name}': {string.Join(", ", authority.Groups)}.",
                            "Leave the group out, or use an authority that may sign it."
                        )
                    )
                );

    private static IEnumerable<(VerificationFailure, NebulaFault)> Outside(
        IReadOnlyList<NebulaPrefix> limits,
        IReadOnlyList<NebulaPrefix> networks,
        VerificationFailure failure,
        Func<NebulaPrefix, NebulaFault> fault
    ) =>
        limits.Count == 0
            ? []
            : networks
                .Where(network => !limits.Any(limit => limit.Contains(network)))
                .Select(network => (failure, fault(network)));

    private static string List(IReadOnlyList<NebulaPrefix> networks) => string.Join(", ", networks);
}
