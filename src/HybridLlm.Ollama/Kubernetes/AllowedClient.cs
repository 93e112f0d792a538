namespace HybridLlm.Ollama.Kubernetes;

/// <summary>Somebody who may connect to the pods.</summary>
public sealed record AllowedClient
{
    private AllowedClient() { }

    /// <summary>Labels of the pods; null if it is a range of addresses.</summary>
    public IReadOnlyDictionary<string, string>? PodLabels { get; private init; }

    /// <summary>Namespace of the pods; null for the workload's own.</summary>
    public string? Namespace { get; private init; }

    /// <summary>Range of addresses, CIDR; null if it is pods.</summary>
    public string? Range { get; private init; }

    /// <summary>Pods by their labels.</summary>
    /// <param name="labels">Labels they all have; at least one.</param>
    /// <param name="space">Their namespace; null for the workload's own.</param>
    public static AllowedClient Pods(IReadOnlyDictionary<string, string> labels, string? space = null) =>
        new() { PodLabels = labels, Namespace = space };

    /// <summary>Everybody in a range of addresses, e.g. a mesh's.</summary>
    /// <param name="cidr">The range, e.g. <c>10.42.0.0/16</c>.</param>
    public static AllowedClient Addresses(string cidr) => new() { Range = cidr };
}
