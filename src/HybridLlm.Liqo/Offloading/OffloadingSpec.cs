using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Offloading;

/// <summary>A namespace whose pods may run on providers.</summary>
public sealed record OffloadingSpec
{
    private const int LongestName = 63;

    /// <summary>The namespace; it must exist.</summary>
    public required string Namespace { get; init; }

    /// <summary>Where its pods may run.</summary>
    public PodPlacement Pods { get; init; } = PodPlacement.LocalAndRemote;

    /// <summary>How it is named on the providers.</summary>
    public NamespaceMapping Mapping { get; init; } = NamespaceMapping.DefaultName;

    /// <summary>Its name there, for <see cref="NamespaceMapping.SelectedName"/>; null for the other mappings.</summary>
    public string? RemoteName { get; init; }

    /// <summary>
    /// Which providers: any of these terms must hold, and a term holds when all its requirements do. Empty takes all.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<ClusterRequirement>> Clusters { get; init; } = [];

    /// <summary>
    /// Whether it is enough when no provider is there yet: the namespace is then offloaded by itself as soon as one is
    /// peered.
    /// </summary>
    public bool MayWaitForCluster { get; init; }

    /// <summary>Longest wait, 1 second or more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    internal IEnumerable<string?> Faults(string consumerId)
    {
        yield return string.IsNullOrEmpty(Namespace) ? "Namespace is empty" : null;
        yield return (Mapping == NamespaceMapping.SelectedName) == (RemoteName is not null)
            ? null
            : $"Mapping is {Mapping} and RemoteName is '{RemoteName}'; SelectedName needs one, the others take none";
        var mapped = $"{Namespace}-{consumerId}";
        yield return Mapping == NamespaceMapping.DefaultName && mapped.Length > LongestName
            ? $"the remote name '{mapped}' has {mapped.Length} characters, at most {LongestName} are allowed"
            : null;
        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
        foreach (var requirement in Clusters.SelectMany(t => t))
        {
            yield return requirement.Fault;
        }
    }

    internal NamespaceOffloading ToObject() =>
        new()
        {
            Metadata = new ObjectMeta { Name = LiqoNames.Offloading, Namespace = Namespace },
            Spec = new NamespaceOffloadingSpec
            {
                PodOffloadingStrategy = Pods.ToString(),
                NamespaceMappingStrategy = Mapping.ToString(),
                RemoteNamespaceName = RemoteName,
                ClusterSelector = new NodeSelector { NodeSelectorTerms = [.. Clusters.Select(Term)] },
            },
        };

    private static NodeSelectorTerm Term(IReadOnlyList<ClusterRequirement> requirements) =>
        new()
        {
            MatchExpressions =
            [
                .. requirements.Select(r => new NodeRequirement
                {
                    Key = r.Key,
                    Operator = r.Operator.ToString(),
                    Values = r.Values.Count > 0 ? r.Values : null,
                }),
            ],
        };
}
