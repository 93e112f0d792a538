namespace HybridLlm.Liqo.Clusters;

/// <summary>What an API server's refusal means.</summary>
public enum KubernetesErrorKind
{
    /// <summary>A reason this package has no rule for.</summary>
    Unknown,

    /// <summary>The caller is not known: no, expired or wrong credentials.</summary>
    Unauthenticated,

    /// <summary>The caller may not do this, or an admission webhook said no.</summary>
    Forbidden,

    /// <summary>The object does not exist.</summary>
    NotFound,

    /// <summary>The server does not serve this API group and version: its CRDs are not installed.</summary>
    ApiMissing,

    /// <summary>An object of that name exists.</summary>
    AlreadyExists,

    /// <summary>The object changed in between.</summary>
    Conflict,

    /// <summary>The object breaks its schema or an immutable field.</summary>
    Invalid,

    /// <summary>The resource version is too old to watch from.</summary>
    Expired,

    /// <summary>The server asks for fewer calls; repeated automatically, this is what was left in the end.</summary>
    Throttled,

    /// <summary>The server or something behind it (etcd, a webhook) failed or is not ready.</summary>
    Unavailable,
}
