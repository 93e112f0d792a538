namespace HybridLlm.Liqo.Identities;

/// <summary>The consumer's cluster key cannot be used to ask for a certificate.</summary>
public sealed class UnusableKeyException : LiqoException
{
    internal UnusableKeyException(string problem)
        : base(
            $"The private key in the Secret 'authentication-keys' cannot be used: {problem}.",
            "Liqo makes Ed25519 and RSA keys there; delete the Secret and restart Liqo's controller manager to get a new one."
        ) { }
}
