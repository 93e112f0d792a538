using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>What two surveys mean for a peering. Pure: the same surveys give the same findings.</summary>
internal static class PreflightJudge
{
    public static PreflightReport Judge(PreflightSpec spec, ClusterSurvey consumer, ClusterSurvey provider)
    {
        ClusterSurvey[] both = [consumer, provider];
        List<PreflightFinding> findings = [.. both.Select(ReachabilityOf)];
        ClusterSurvey[] answering = [.. both.Where(s => s.Silence is null)];
        findings.AddRange(answering.Select(VersionOf));
        if (answering.Length == both.Length)
        {
            findings.AddRange(VersionsOf(consumer, provider));
        }

        findings.AddRange(answering.Select(s => DefinitionsOf(spec.Peering, s)));
        findings.AddRange(answering.Select(IdentityOf));
        if (answering.Length == both.Length && consumer.Id is not null && consumer.Id == provider.Id)
        {
            findings.Add(
                Fail(
                    PreflightCheck.Identity,
                    null,
                    $"Both clusters have the id '{consumer.Id}'.",
                    "Give two different clusters, or install one of them with another discovery.config.clusterID."
                )
            );
        }

        if (consumer.Silence is null)
        {
            findings.Add(KeyOf(consumer));
        }

        findings.AddRange(answering.SelectMany(s => ModulesOf(spec.Peering, s)));
        if (answering.Length == both.Length)
        {
            findings.AddRange(RangeFindings.Of(spec, consumer, provider));
            findings.AddRange(NodeNameFindings.Of(spec.Peering, consumer, provider));
        }

        findings.AddRange(
            answering.Where(s => s.Side == ClusterSide.Provider).SelectMany(s => ApiServerFindings.Of(s))
        );
        findings.AddRange(answering.Select(RightsOf));
        findings.AddRange(answering.Select(LeftoversOf));
        findings.AddRange(
            answering.Where(s => s.Side == ClusterSide.Provider).Select(s => CapacityOf(spec.Peering.Resources, s))
        );
        findings.AddRange(answering.Select(s => PodSecurityOf(spec.Peering, s)));
        return new PreflightReport([.. findings.OrderBy(f => f.Check)]);
    }

    internal static PreflightFinding Fail(PreflightCheck check, ClusterSide? side, string message, string remedy) =>
        Finding(check, PreflightVerdict.Failed, side, message, remedy);

    internal static PreflightFinding Warn(PreflightCheck check, ClusterSide? side, string message, string remedy) =>
        Finding(check, PreflightVerdict.Warning, side, message, remedy);

    internal static PreflightFinding Pass(PreflightCheck check, ClusterSide? side, string message) =>
        Finding(check, PreflightVerdict.Passed, side, message, "");

    internal static PreflightFinding Unseen(PreflightCheck check, ClusterSide? side, string what) =>
        Finding(check, PreflightVerdict.Unknown, side, $"The kubeconfig's user may not see {what}.", "");

    private static PreflightFinding Finding(
        PreflightCheck check,
        PreflightVerdict verdict,
        ClusterSide? side,
        string message,
        string remedy
    ) =>
        new()
        {
            Check = check,
            Verdict = verdict,
            Cluster = side,
            Message = message,
            Remedy = remedy,
        };

    private static PreflightFinding ReachabilityOf(ClusterSurvey s) =>
        s.Silence is { } silence
            ? Fail(PreflightCheck.Reachability, s.Side, silence, "")
            : Pass(PreflightCheck.Reachability, s.Side, $"{s.Server?.Authority} answers.");

    private static PreflightFinding VersionOf(ClusterSurvey s) =>
        s switch
        {
            { Id: null, VersionText: null } => Fail(
                PreflightCheck.Version,
                s.Side,
                "No Liqo is found in the namespace looked at.",
                "Install Liqo, or name the namespace it is installed in."
            ),
            { Version: null } => Warn(
                PreflightCheck.Version,
                s.Side,
                $"Liqo says it is '{s.VersionText}', which is no release.",
                "Use a release where this is not on purpose."
            ),
            { Version.Objection: { } objection } => Fail(
                PreflightCheck.Version,
                s.Side,
                $"It runs Liqo {s.Version}; {objection}.",
                $"Install Liqo {LiqoVersion.Target}."
            ),
            _ => Pass(PreflightCheck.Version, s.Side, $"It runs Liqo {s.Version}."),
        };

    private static IEnumerable<PreflightFinding> VersionsOf(ClusterSurvey consumer, ClusterSurvey provider)
    {
        if (
            consumer.Version is { } one
            && provider.Version is { } other
            && (one.Major, one.Minor) != (other.Major, other.Minor)
        )
        {
            yield return Fail(
                PreflightCheck.Version,
                null,
                $"The consumer runs Liqo {one} and the provider {other}: their objects differ.",
                "Install the same minor version on both."
            );
        }
    }

    private static PreflightFinding DefinitionsOf(PeeringSpec spec, ClusterSurvey s)
    {
        List<string> missing = [.. s.MissingKinds, .. spec.Network == NetworkFabric.Liqo ? s.MissingNetworkKinds : []];
        return missing.Count == 0
            ? Pass(PreflightCheck.Definitions, s.Side, "Liqo's kinds are served.")
            : Fail(
                PreflightCheck.Definitions,
                s.Side,
                $"Not served: {string.Join(", ", missing)}.",
                "Install Liqo's CRDs; Helm leaves old ones as they are on an upgrade."
            );
    }

    private static PreflightFinding IdentityOf(ClusterSurvey s) =>
        s.Id is null
            ? Fail(
                PreflightCheck.Identity,
                s.Side,
                "It has no id that this user can read.",
                "Set discovery.config.clusterID in Liqo's chart."
            )
        : Liqo.ClusterId.IsValid(s.Id) ? Pass(PreflightCheck.Identity, s.Side, $"Its id is '{s.Id}'.")
        : Fail(
            PreflightCheck.Identity,
            s.Side,
            $"Its id is '{s.Id}': 1–{Liqo.ClusterId.MaxLength} lower-case letters, digits and inner hyphens are allowed.",
            "Install Liqo with a shorter discovery.config.clusterID; it cannot be changed afterwards."
        );

    private static PreflightFinding KeyOf(ClusterSurvey s) =>
        s.Key switch
        {
            null => Unseen(PreflightCheck.Key, s.Side, "the cluster's key, which signs its request"),
            (true, var algorithm) => Pass(PreflightCheck.Key, s.Side, $"Its key is {algorithm}."),
            (false, var problem) => Fail(
                PreflightCheck.Key,
                s.Side,
                $"{problem}.",
                "Wait for Liqo's controller manager to run."
            ),
        };

    private static IEnumerable<PreflightFinding> ModulesOf(PeeringSpec spec, ClusterSurvey s)
    {
        if (s.Arguments is null)
        {
            yield return Unseen(PreflightCheck.Modules, s.Side, "Liqo's Deployments, so its modules are not known");
            yield break;
        }

        foreach (var module in new[] { "authentication", "offloading" })
        {
            yield return s.IsOn(module) == false
                ? Fail(
                    PreflightCheck.Modules,
                    s.Side,
                    $"Liqo's module {module} is off.",
                    $"Install Liqo with {module}.enabled=true."
                )
                : Pass(PreflightCheck.Modules, s.Side, $"Liqo's module {module} is on.");
        }

        var wanted = spec.Network == NetworkFabric.Liqo;
        yield return (s.IsOn("networking") ?? true, wanted) switch
        {
            (false, true) => Fail(
                PreflightCheck.Modules,
                s.Side,
                "Liqo's module networking is off, and its network is wanted.",
                "Install Liqo with networking.enabled=true on both clusters, or peer with another NetworkFabric."
            ),
            (true, false) => Warn(
                PreflightCheck.Modules,
                s.Side,
                "Liqo's module networking is on, and another network is to be used.",
                "Install Liqo with networking.enabled=false; the old networking.internal is ignored in silence."
            ),
            var (isOn, _) => Pass(
                PreflightCheck.Modules,
                s.Side,
                $"Liqo's module networking is {(isOn ? "on" : "off")}."
            ),
        };
    }

    private static PreflightFinding RightsOf(ClusterSurvey s) =>
        s.MissingRights switch
        {
            null => Unseen(PreflightCheck.Rights, s.Side, "its own rights"),
            [] => Pass(PreflightCheck.Rights, s.Side, "The kubeconfig's user may do what a peering takes."),
            var missing => Fail(
                PreflightCheck.Rights,
                s.Side,
                $"The kubeconfig's user may not {string.Join(", ", missing)}.",
                s.Side == ClusterSide.Provider
                    ? "Give it these rights, or use a peering user made by PeeringUsers."
                    : "Give it these rights."
            ),
        };

    private static PreflightFinding LeftoversOf(ClusterSurvey s) =>
        s.Leftovers switch
        {
            null => Unseen(PreflightCheck.Leftovers, s.Side, "what an earlier peering has left"),
            [] => Pass(PreflightCheck.Leftovers, s.Side, "Nothing is left of an earlier peering."),
            var left => Warn(
                PreflightCheck.Leftovers,
                s.Side,
                $"There is something of a peering already: {string.Join(", ", left)}.",
                "A peering of the same two goes on from there. If the other cluster is a new one, clean up with "
                    + "ForcedPeeringRemover or give it a fresh id."
            ),
        };

    private static PreflightFinding CapacityOf(SliceResources wanted, ClusterSurvey s)
    {
        if (s.Nodes is null)
        {
            return Unseen(PreflightCheck.Capacity, s.Side, "nodes, and Liqo grants what is asked without looking");
        }

        var own = s.Nodes.Where(n => n.Label(LiqoLabels.NodeType) != LiqoLabels.VirtualNode).ToList();
        List<string> short_ =
        [
            .. from want in wanted.ToQuantities()
            let there = own.Sum(n => Quantity.Parse(n.Status?.Allocatable?.GetValueOrDefault(want.Key) ?? "0") ?? 0)
            where there < Quantity.Parse(want.Value)
            select $"{want.Key} {want.Value} of {there}",
        ];
        return short_.Count == 0
            ? Pass(PreflightCheck.Capacity, s.Side, "Its nodes have what is asked.")
            : Warn(
                PreflightCheck.Capacity,
                s.Side,
                $"Its nodes have less than is asked: {string.Join(", ", short_)}.",
                "Liqo grants it all the same. For GPUs: the device plugin and its RuntimeClass must run there."
            );
    }

    private static PreflightFinding PodSecurityOf(PeeringSpec spec, ClusterSurvey s)
    {
        if (s.Namespaces is null)
        {
            return Unseen(PreflightCheck.PodSecurity, s.Side, "namespaces, so their Pod Security is not known");
        }

        List<string> strict =
        [
            .. s
                .Namespaces.Where(n => n.Label(LiqoNames.PodSecurity[1]) is "baseline" or "restricted")
                .Select(n => n.Name),
        ];
        return strict.Count == 0 ? Pass(PreflightCheck.PodSecurity, s.Side, "No namespace of Liqo restricts its pods.")
            : spec.Network == NetworkFabric.Liqo
                ? Fail(
                    PreflightCheck.PodSecurity,
                    s.Side,
                    $"Pod Security is enforced in {string.Join(", ", strict)}: gateways and fabric cannot start.",
                    $"Label them {LiqoNames.PodSecurity[1]}=privileged."
                )
            : Warn(
                PreflightCheck.PodSecurity,
                s.Side,
                $"Pod Security is enforced in {string.Join(", ", strict)}.",
                $"Label them {LiqoNames.PodSecurity[1]}=privileged before Liqo's own network is switched on."
            );
    }
}
