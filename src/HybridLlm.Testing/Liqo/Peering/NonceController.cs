using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>Fills in the nonce a provider asks to be signed, and the signature a consumer gives.</summary>
internal sealed class NonceController(LiqoContext context) : LiqoController(context)
{
    private const int NonceLength = 64;

    /// <summary>The version in which each Secret was last looked at: the real one, too, acts when its Secret changes, not the key.</summary>
    private readonly Dictionary<string, string> _seen = [];

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
        var (uid, version) = (secret.TextAt("metadata", "uid")!, secret.TextAt("metadata", "resourceVersion")!);
        if (_seen.GetValueOrDefault(uid) == version)
        {
            return;
        }

        var keys = Context.Keys;
        var signed = secret.TextAt("data", "signedNonce");
        if (signed is null || !ClusterKeys.Verifies(keys.PublicPem, nonce, Convert.FromBase64String(signed)))
        {
            Write(secret, "signedNonce", keys.Sign(nonce), "NonceSigned", "Nonce signed");
        }

        _seen[uid] = version;
    }

    private void Write(JsonObject secret, string key, byte[] value, string reason, string message)
    {
        secret.Make("data")[key] = Convert.ToBase64String(value);
        Context.Recorder.Normal(Client.Update(secret), reason, message);
    }
}
