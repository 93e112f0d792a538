namespace HybridLlm.Journals;

/// <summary>The words the journal uses for what a node is for.</summary>
internal static class NodeRoles
{
    public const string Gpu = "gpu";
    public const string Lighthouse = "lighthouse";
}
