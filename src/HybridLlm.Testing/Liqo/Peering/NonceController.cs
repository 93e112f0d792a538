using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>Fills in the nonce a provider asks to be signed, and the signature a consumer gives.</summary>
internal sealed class NonceController(LiqoContext context) : LiqoController(context)
{
    private const int NonceLength = 64;

    protected override IEnumerable<JsonObject> Objects() => Client.List("v1", "Secret");

    protected override DateTimeOffset? Reconcile(JsonObject secret)
    {
        if (secret.Label("liqo.io/nonce") == "true" && secret.TextAt("data", "nonce") is null)
        {
            var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceLength));
            Write(secret, "nonce", Encoding.ASCII.GetBytes(nonce), "NonceGenerated", "Nonce generated");
        }
        else if (secret.Label("liqo.io/signed-nonce") == "true" && secret.TextAt("data", "nonce") is { } nonce)
        {
            Sign(secret, Convert.FromBase64String(nonce));
        }

        return null;
    }

    private void Sign(JsonObject secret, byte[] nonce)
    {
        var signed = secret.TextAt("data", "signedNonce");
        if (signed is null || !ClusterKeys.Verifies(Context.Keys.PublicPem, nonce, Convert.FromBase64String(signed)))
        {
            Write(secret, "signedNonce", Context.Keys.Sign(nonce), "NonceSigned", "Nonce signed");
        }
    }

    private void Write(JsonObject secret, string key, byte[] value, string reason, string message)
    {
        secret.Make("data")[key] = Convert.ToBase64String(value);
        Context.Recorder.Normal(Client.Update(secret), reason, message);
    }
}
