namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Brings the world closer to what its objects say, whenever something has changed.</summary>
internal interface IController
{
    /// <summary>Looks at everything it is in charge of and does what is due.</summary>
    /// <returns>When it has to look again even if nothing changes; null when it need not.</returns>
    DateTimeOffset? Reconcile();
}
