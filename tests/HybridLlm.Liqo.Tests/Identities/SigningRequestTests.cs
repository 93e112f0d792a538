using System.Text;
using HybridLlm.Liqo.Identities;

namespace HybridLlm.Liqo.Tests.Identities;

public sealed class SigningRequestTests
{
    [Theory]
    [InlineData("ed25519-key.pem", "homelab", "ed25519-homelab.csr.pem")]
    [InlineData("ed25519-key.pem", "homelab-1", "ed25519-homelab-1.csr.pem")]
    [InlineData("rsa-key.pem", "homelab", "rsa-homelab.csr.pem")]
    public void A_request_is_byte_for_byte_what_others_make(string key, string id, string expected)
    {
        using var loaded = ClusterKey.Load(IdentityVectors.Read(key));

        Encoding
            .ASCII.GetString(SigningRequestPem.Create(loaded, SigningRequestPem.Organization, id))
            .ShouldBe(Encoding.ASCII.GetString(IdentityVectors.Read(expected)));
    }

    [Fact]
    public void A_public_key_is_byte_for_byte_what_Go_writes()
    {
        using var key = ClusterKey.Load(IdentityVectors.Read("ed25519-key.pem"));

        SigningRequestPem.PublicKey(key).ShouldBe(IdentityVectors.Read("ed25519-public.pem"));
    }

    [Fact]
    public void A_signature_over_a_nonce_is_what_Liqo_makes()
    {
        using var key = ClusterKey.Load(IdentityVectors.Read("ed25519-key.pem"));
        const string Nonce = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";

        Convert
            .ToHexStringLower(key.Sign(Encoding.UTF8.GetBytes(Nonce)))
            .ShouldBe(
                "39324a07741f64dfdf46337ecd7a33537a5e5118fe48fd1b345d8d509fa14671"
                    + "a0cd4c4009aadb953e58381f13b649c0d36d16cac5c262b1a32b3515250a3f0d"
            );
    }

    [Fact]
    public void A_key_whose_signatures_differ_each_time_keeps_its_earlier_request()
    {
        using var key = ClusterKey.Load(IdentityVectors.Read("ec-key.pem"));
        var first = ConsumerCredentials.Make(key, "homelab").SigningRequest;
        var later = ConsumerCredentials.Make(key, "homelab");

        later.SigningRequest.ShouldNotBe(first);
        later.Continuing(first).SigningRequest.ShouldBeSameAs(first);
        later.Continuing(null).ShouldBeSameAs(later);
        later.Continuing(IdentityVectors.Read("rsa-homelab.csr.pem")).ShouldBeSameAs(later);
        later.Continuing("no request"u8.ToArray()).ShouldBeSameAs(later);
        var other = ConsumerCredentials.Make(key, "homelab-1");
        other.Continuing(first).ShouldBeSameAs(other);
    }

    [Fact]
    public void A_key_that_signs_alike_each_time_ignores_the_earlier_request()
    {
        using var key = ClusterKey.Load(IdentityVectors.Read("ed25519-key.pem"));

        ConsumerCredentials
            .Make(key, "homelab")
            .Continuing(IdentityVectors.Read("rsa-homelab.csr.pem"))
            .SigningRequest.ShouldBe(IdentityVectors.Read("ed25519-homelab.csr.pem"));
    }

    [Theory]
    [InlineData("ed25519-key.pem")]
    [InlineData("rsa-key.pem")]
    [InlineData("ec-key.pem")]
    public void A_signature_is_known_by_its_key(string name)
    {
        using var key = ClusterKey.Load(IdentityVectors.Read(name));
        var credentials = ConsumerCredentials.Make(key, "homelab");
        var nonce = "a nonce of sixty-four characters"u8.ToArray();
        var signature = key.Sign(nonce);

        credentials.HasSigned(nonce, signature).ShouldBeTrue();
        credentials.HasSigned([.. nonce, 0], signature).ShouldBeFalse();
        credentials.HasSigned(nonce, [.. signature[..^1], (byte)(signature[^1] ^ 1)]).ShouldBeFalse();
        credentials.HasSigned(nonce, []).ShouldBeFalse();
        (credentials with { KeyInfo = [1, 2, 3] }).HasSigned(nonce, signature).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key at all")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMAwCAQAwBwYFKw4DAhoE\n-----END PRIVATE KEY-----")]
    public void What_is_no_key_is_refused_without_repeating_it(string pem)
    {
        var refusal = Should.Throw<UnusableKeyException>(() => ClusterKey.Load(Encoding.ASCII.GetBytes(pem)));

        refusal.Remedy.ShouldContain("Ed25519");
        refusal.Message.ShouldNotContain("AAAA");
    }
}
