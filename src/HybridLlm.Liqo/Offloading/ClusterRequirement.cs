namespace HybridLlm.Liqo.Offloading;

/// <summary>A condition on the labels of a provider's virtual node.</summary>
public sealed record ClusterRequirement
{
    /// <summary>Label, e.g. <c>node-type</c>.</summary>
    public required string Key { get; init; }

    /// <summary>What must hold of it.</summary>
    public required RequirementOperator Operator { get; init; }

    /// <summary>
    /// Values compared with: one or more for <see cref="RequirementOperator.In"/> and
    /// <see cref="RequirementOperator.NotIn"/>, none for the others.
    /// </summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The label has this value.</summary>
    /// <param name="key">Label.</param>
    /// <param name="value">Its value.</param>
    public static ClusterRequirement Is(string key, string value) =>
        new()
        {
            Key = key,
            Operator = RequirementOperator.In,
            Values = [value],
        };

    internal string? Fault =>
        (Operator is RequirementOperator.In or RequirementOperator.NotIn) == (Values.Count > 0)
            ? null
            : $"requirement '{Key} {Operator}' has {Values.Count} values";
}

/// <summary>What a <see cref="ClusterRequirement"/> asks of a label, as in Kubernetes' node selectors.</summary>
public enum RequirementOperator
{
    /// <summary>It has one of the values.</summary>
    In,

    /// <summary>It has none of the values, or is not there.</summary>
    NotIn,

    /// <summary>It is there.</summary>
    Exists,

    /// <summary>It is not there.</summary>
    DoesNotExist,
}
