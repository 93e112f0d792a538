namespace HybridLlm.Liqo.Clusters;

/// <summary>A kubeconfig cannot be used; nothing of its content is repeated beyond names.</summary>
public sealed class KubeconfigException : LiqoException
{
    internal KubeconfigException(string source, string problem, string remedy)
        : base($"The kubeconfig {source} cannot be used: {problem}.", remedy) { }
}
