using System.Text.Json.Nodes;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Tests.Identities;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>A consumer's key is read once for all its providers; one that was replaced since is noticed.</summary>
public sealed class ReplacedKeyTests
{
    private const string Keys = "authentication-keys";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_key_is_read_once_for_several_plans()
    {
        await using var two = await Federation.StartAsync();
        var before = Reads(two);

        await two.PeerAsync();
        await two.UnpeerAsync();
        await two.PeerAsync();

        (Reads(two) - before).ShouldBe(1);
    }

    [Theory]
    [InlineData("ed25519-key.pem", false)]
    [InlineData("ec-key.pem", false)]
    [InlineData("ed25519-key.pem", true)]
    public async Task A_key_that_was_replaced_is_read_again_before_the_provider_sees_the_old_one(string old, bool rsa)
    {
        await using var two = await Federation.StartAsync(consumer: o => o.UsesRsaKeys = rsa);
        await KeepOldAsync(two, old);
        var before = Reads(two);

        (await two.PeerAsync()).Phase.ShouldBe(PeeringPhase.Ready);

        (Reads(two) - before).ShouldBe(1);
        two.Rented.Cluster.Calls.Count(c => c is { Resource: "tenants", IsWrite: true }).ShouldBe(1);
        two.Rented.Cluster.Listing().Values.ShouldAllBe(o => !o.Contains("SignatureVerificationFailed"));
    }

    [Fact]
    public async Task A_peering_that_stands_is_not_judged_by_a_key_of_before()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        two.Home.Liqo.Credentials.Forget();
        await KeepOldAsync(two, "ed25519-key.pem");

        PeeringProvisioner provisioner = new(two.Home.Liqo, two.Rented.Liqo);
        (await provisioner.PlanAsync(Federation.Spec, Stop)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_authentication_alone_reads_the_key_each_time()
    {
        await using var two = await Federation.StartAsync();
        await KeepOldAsync(two, "ed25519-key.pem");

        await Federation.DoAsync(new PeeringAuthenticator(two.Home.Liqo, two.Rented.Liqo).Authenticate());

        two.Rented.Cluster.Listing().Values.ShouldAllBe(o => !o.Contains("SignatureVerificationFailed"));
    }

    private static int Reads(Federation two) => two.Home.Cluster.Calls.Count(c => c is { Verb: "get", Name: Keys });

    /// <summary>Has the homelab show an earlier key, as if its own had come into its place only now.</summary>
    private static async Task KeepOldAsync(Federation two, string old)
    {
        var port = two.Home.Liqo.Port;
        var own = (Secret?)await port.GetAsync(Kinds.Secret, "liqo", Keys, Stop);
        await WriteAsync(IdentityVectors.Read(old));
        await two.Home.Liqo.Credentials.GetAsync(Stop);
        await WriteAsync(own!.Value(SecretKeys.PrivateKey)!);

        Task<ClusterObject> WriteAsync(byte[] key)
        {
            JsonObject patch = new()
            {
                ["data"] = new JsonObject { [SecretKeys.PrivateKey] = Convert.ToBase64String(key) },
            };
            return port.MergeAsync(Kinds.Secret, "liqo", Keys, patch, Stop);
        }
    }
}
