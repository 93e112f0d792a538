using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Clusters;

/// <summary>Objects of a kind on one cluster, as the API server selects them.</summary>
internal sealed record Selection(ResourceKind Kind, string? Namespace = null)
{
    /// <summary>Only the object of this name.</summary>
    public string? Name { get; init; }

    /// <summary>Label selector; null takes all.</summary>
    public string? Labels { get; init; }

    /// <summary>Field selector; null takes all.</summary>
    public string? Fields { get; init; }

    public string Path => Kind.Path(Namespace);

    /// <summary>The label selector's terms, each <c>label</c> or <c>label=value</c>: this package writes no others.</summary>
    public IEnumerable<string> LabelTerms => Labels?.Split(',') ?? [];

    /// <summary>Whether the server would select an object. It must have no <see cref="Fields"/>, which only the server knows.</summary>
    public bool Includes(ClusterObject value) =>
        (Name is null || Name == value.Name)
        && (Namespace is null || Namespace == value.Namespace)
        && LabelTerms.All(t =>
            t.Split('=', 2) is [var label, var wanted] ? value.Label(label) == wanted : value.Label(t) is not null
        );

    /// <summary>Selectors as the rest of a query string.</summary>
    public string Query =>
        Part("labelSelector", Labels) + Part("fieldSelector", Name is null ? Fields : $"metadata.name={Name}");

    private static string Part(string name, string? value) =>
        value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}

/// <summary>What a listing brought, and the version to watch from.</summary>
internal sealed record ObjectList(IReadOnlyList<ClusterObject> Items, string ResourceVersion)
{
    /// <summary>Nothing found, and no version known: a watch from 0 begins with what is there.</summary>
    public static readonly ObjectList Nothing = new([], "0");
}
