using System.Text.Json.Serialization;

namespace HybridLlm.Liqo.Resources;

/// <summary>authentication.liqo.io/v1beta1 Tenant, on the provider: a consumer that may ask for resources.</summary>
internal sealed record Tenant : ClusterObject
{
    public TenantSpec? Spec { get; init; }
    public TenantStatus? Status { get; init; }
}

internal sealed record TenantSpec
{
    [JsonPropertyName("clusterID")]
    public string? ClusterId { get; init; }

    /// <summary>The consumer's public key, the bytes of its PEM.</summary>
    public byte[]? PublicKey { get; init; }

    /// <summary>PKCS#10 request, the bytes of its PEM.</summary>
    public byte[]? Csr { get; init; }

    /// <summary>The provider's nonce signed with the consumer's key.</summary>
    public byte[]? Signature { get; init; }

    /// <summary>Where the provider's API server is reached through the tunnel; null outside of it.</summary>
    [JsonPropertyName("proxyURL")]
    public string? ProxyUrl { get; init; }

    /// <summary>Active, Cordoned or Drained.</summary>
    public string? TenantCondition { get; init; }
}

internal sealed record TenantStatus
{
    public string? TenantNamespace { get; init; }
    public AuthParams? AuthParams { get; init; }
}

/// <summary>How a consumer reaches and enters a provider's API server.</summary>
internal sealed record AuthParams
{
    public byte[]? Ca { get; init; }

    [JsonPropertyName("signedCRT")]
    public byte[]? SignedCertificate { get; init; }

    public string? ApiServer { get; init; }

    [JsonPropertyName("proxyURL")]
    public string? ProxyUrl { get; init; }
}

/// <summary>authentication.liqo.io/v1beta1 Identity, on the consumer: with what it enters a provider.</summary>
internal sealed record Identity : ClusterObject
{
    public const string ControlPlane = "ControlPlane";

    public IdentitySpec? Spec { get; init; }
    public IdentityStatus? Status { get; init; }
}

internal sealed record IdentitySpec
{
    [JsonPropertyName("clusterID")]
    public string? ClusterId { get; init; }

    public string? Type { get; init; }
    public AuthParams? AuthParams { get; init; }

    /// <summary>Tenant namespace on the provider.</summary>
    public string? Namespace { get; init; }
}

internal sealed record IdentityStatus
{
    public SecretReference? KubeconfigSecretRef { get; init; }
}

internal sealed record SecretReference
{
    public string? Name { get; init; }
}

/// <summary>authentication.liqo.io/v1beta1 ResourceSlice: what a consumer asks of a provider and what it is granted.</summary>
internal sealed record ResourceSlice : ClusterObject
{
    public const string Accepted = "Accepted";
    public const string Denied = "Denied";

    public ResourceSliceSpec? Spec { get; init; }
    public ResourceSliceStatus? Status { get; init; }

    public Condition? Authentication => Last("Authentication");
    public Condition? Resources => Last("Resources");

    /// <summary>The condition that says no; null while none does.</summary>
    public Condition? Refusal => new[] { Authentication, Resources }.FirstOrDefault(c => c?.Status == Denied);

    public bool IsAccepted => Authentication?.Status == Accepted && Resources?.Status == Accepted;

    private Condition? Last(string type) => Status?.Conditions?.LastOrDefault(c => c.Type == type);
}

internal sealed record ResourceSliceSpec
{
    public string? Class { get; init; }

    [JsonPropertyName("providerClusterID")]
    public string? ProviderClusterId { get; init; }

    public IReadOnlyDictionary<string, string>? Resources { get; init; }
}

internal sealed record ResourceSliceStatus
{
    public IReadOnlyList<Condition>? Conditions { get; init; }
    public AuthParams? AuthParams { get; init; }
    public IReadOnlyDictionary<string, string>? Resources { get; init; }
    public IReadOnlyList<StorageClass>? StorageClasses { get; init; }
    public IReadOnlyList<IngressClass>? IngressClasses { get; init; }
    public IReadOnlyList<LoadBalancerClass>? LoadBalancerClasses { get; init; }

    /// <summary>Labels the provider wishes its virtual nodes to bear.</summary>
    public IReadOnlyDictionary<string, string>? NodeLabels { get; init; }

    /// <summary>Labels of the provider's own nodes on which the slice's pods may run.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
}
