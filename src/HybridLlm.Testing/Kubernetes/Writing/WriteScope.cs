namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>Which part of an object a write may change.</summary>
internal enum WriteScope
{
    /// <summary>All but the status, where that is written apart.</summary>
    Main,

    /// <summary><c>…/status</c>.</summary>
    Status,

    /// <summary><c>namespaces/…/finalize</c>: only <c>spec.finalizers</c>.</summary>
    Finalize,

    /// <summary><c>certificatesigningrequests/…/approval</c>: only the conditions.</summary>
    Approval,
}
