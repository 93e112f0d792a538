namespace HybridLlm.Liqo.Users;

/// <summary>Somebody who may peer one consumer with a provider, and do no more there.</summary>
public sealed record PeeringUser
{
    internal PeeringUser(string consumerId, string name, string kubeconfig, DateTimeOffset expiresAt)
    {
        ConsumerId = consumerId;
        Name = name;
        Kubeconfig = kubeconfig;
        ExpiresAt = expiresAt;
    }

    /// <summary>Id of the consumer it is for.</summary>
    public string ConsumerId { get; }

    /// <summary>User name on the provider.</summary>
    public string Name { get; }

    /// <summary>The kubeconfig, YAML, with the private key in it: a secret, shown this once.</summary>
    public string Kubeconfig { get; }

    /// <summary>End of its certificate, as the provider's authority has decided.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Never the kubeconfig.</summary>
    public override string ToString() => $"peering user {Name} until {ExpiresAt:u}";
}

/// <summary>Kind of a peering user's key. Not Ed25519, liqoctl's default: .NET cannot load such client certificates.</summary>
public enum PeeringUserKey
{
    /// <summary>ECDSA on the curve P-256.</summary>
    Ecdsa,

    /// <summary>RSA of 2048 bits.</summary>
    Rsa,
}
