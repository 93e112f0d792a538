using System.Text.Json;
using System.Text.Json.Serialization;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Enrolment;

/// <summary>
/// A host's wish for a certificate: its public key, its name, a one-time token, and a proof that it holds the private key. The
/// private key never leaves the host. The token is a secret until it is used.
/// </summary>
public sealed class EnrolmentRequest
{
    private EnrolmentRequest(HostPublicKey publicKey, string name, string token, byte[] proof)
    {
        PublicKey = publicKey;
        Name = name;
        Token = token;
        Proof = proof;
    }

    /// <summary>Key the certificate is to be for.</summary>
    public HostPublicKey PublicKey { get; }

    /// <summary>Name it would like; what it gets is up to the desk.</summary>
    public string Name { get; }

    internal string Token { get; }

    internal byte[] Proof { get; }

    /// <summary>Makes a request, on the host.</summary>
    /// <param name="key">The host's key pair.</param>
    /// <param name="desk">Public key of the desk, of the same curve; the host must have it from a source it trusts.</param>
    /// <param name="name">Name it would like.</param>
    /// <param name="token">The one-time token it was given.</param>
    /// <exception cref="ArgumentException">The curves differ, or the token is empty.</exception>
    public static EnrolmentRequest Create(HostKeyPair key, HostPublicKey desk, string name, string token)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(desk);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentException.ThrowIfNullOrEmpty(token);
        var proof = PossessionProof.Make(key, desk, PossessionProof.Message(key.PublicKey, desk, name, token));
        return new EnrolmentRequest(key.PublicKey, name, token, proof);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="NebulaFormatException">The text is something else.</exception>
    public static EnrolmentRequest ParseJson(string json)
    {
        var wire = JsonText.Read(
            json,
            EnrolmentJson.Default.EnrolmentWire,
            _ => true,
            e => new NebulaFormatException(
                "enrolment-malformed",
                "The text is no enrolment request.",
                "Send what EnrolmentRequest.ToJson wrote.",
                e
            )
        );
        return new EnrolmentRequest(HostPublicKey.ParsePem(wire.PublicKey), wire.Name, wire.Token, wire.Proof);
    }

    /// <summary>The request as JSON. It holds the token: send it to the desk only.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(
            new EnrolmentWire(PublicKey.ToPem(), Name, Token, Proof),
            EnrolmentJson.Default.EnrolmentWire
        );

    /// <summary>Name and key; the token stays out.</summary>
    public override string ToString() => $"enrolment of '{Name}' ({PublicKey})";
}

internal sealed record EnrolmentWire(
    [property: JsonRequired] string PublicKey,
    [property: JsonRequired] string Name,
    [property: JsonRequired] string Token,
    [property: JsonRequired] byte[] Proof
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EnrolmentWire))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;
