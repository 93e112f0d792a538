namespace HybridLlm.Testing.Kubernetes.Admission;

/// <summary>Writes that one part of a webhook wants to see.</summary>
/// <param name="Name">What a refusal is signed with, e.g. <c>tenant.validate.liqo.io</c>.</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural.</param>
internal sealed record WebhookRule(string Name, string Group, string Resource)
{
    /// <summary><c>CREATE</c>, <c>UPDATE</c>.</summary>
    public IReadOnlyList<string> Operations { get; init; } = ["CREATE"];
}
