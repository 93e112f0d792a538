namespace HybridLlm.Liqo.Offloading;

/// <summary>How the namespace is named on a provider. It cannot be changed while the namespace is offloaded.</summary>
public enum NamespaceMapping
{
    /// <summary>The namespace's name, a hyphen and the consumer's id.</summary>
    DefaultName,

    /// <summary>The same name; fails where the provider has such a namespace of its own.</summary>
    EnforceSameName,

    /// <summary>The name given as <see cref="OffloadingSpec.RemoteName"/>.</summary>
    SelectedName,
}
