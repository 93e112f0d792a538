using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Rotation;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Nebula.Tests.Rotation;

public sealed class LifeTests
{
    private static readonly RenewalPolicy s_policy = new();
    private static readonly HostPublicKey s_key = HostKeyPair.Generate().PublicKey;

    [Fact]
    public async Task Due_times_spread_around_the_fraction_and_never_change()
    {
        var authority = Vector.Authority("ca/v2-25519");
        List<double> fractions = [];
        for (var i = 0; i < 100; i++)
        {
            var host = await IssueAsync(authority, $"host {i}", TimeSpan.FromHours(10));
            s_policy.DueAt(host).ShouldBe(s_policy.DueAt(NebulaCertificate.ParsePem(host.ToPem())));
            fractions.Add((s_policy.DueAt(host) - Vector.Now) / TimeSpan.FromHours(10));
        }

        fractions.ShouldAllBe(f => f >= 0.6166 && f <= 0.7167);
        (fractions.Max() - fractions.Min()).ShouldBeGreaterThan(0.05);
        var exact = s_policy with { Fraction = 0.5, Jitter = 0 };
        exact.DueAt(await IssueAsync(authority, "host", TimeSpan.FromHours(10))).ShouldBe(Vector.Now.AddHours(5));
    }

    [Fact]
    public async Task A_bundle_is_renewed_in_place_once_it_is_due_and_not_before()
    {
        using TemporaryFolder folder = new();
        FakeTimeProvider time = new(Vector.Now);
        var authority = Vector.Authority("ca/v2-25519");
        var host = await IssueAsync(authority, "host", TimeSpan.FromHours(10));
        folder.Write(BundleFile.CertificateName, host.ToPem());

        time.SetUtcNow(s_policy.DueAt(host).AddSeconds(-1));
        var early = await RenewAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        var renewed = await RenewAsync();
        var again = await RenewAsync();

        early.ShouldBeEmpty();
        again.ShouldBeEmpty();
        renewed.ShouldHaveSingleItem().NotAfter.ShouldBe(Seconds(time.GetUtcNow()).AddHours(20));
        renewed[0].IsFor(s_key).ShouldBeTrue();
        renewed[0].Networks.ShouldBe(host.Networks);
        folder.Read(BundleFile.CertificateName).ShouldBe(renewed[0].ToPem());

        Task<IReadOnlyList<NebulaCertificate>> RenewAsync() =>
            BundleRenewal.RenewAsync(folder.Path, authority, s_policy, TimeSpan.FromHours(20), time, TestMesh.Token);
    }

    [Fact]
    public async Task A_renewal_never_outlives_the_authority()
    {
        var authority = Vector.Authority("ca/v2-25519");
        var host = Vector.Certificate("host/v2-25519-plain");

        var renewed = await BundleRenewal.RenewAsync(
            host,
            authority,
            TimeSpan.FromDays(365_000),
            Vector.Now,
            TestMesh.Token
        );

        renewed.NotAfter.ShouldBe(authority.Certificate.NotAfter.AddSeconds(-1));
    }

    [Fact]
    public async Task A_forecast_puts_the_most_urgent_first_and_authorities_have_their_own_advice()
    {
        var authority = Vector.Authority("ca/v2-25519");
        var hours = new[] { 1, 10, 20, 1000 };
        var hosts = await Task.WhenAll(hours.Select(h => IssueAsync(authority, $"{h} h", TimeSpan.FromHours(h))));

        var outlooks = ExpiryForecast.Of(
            [authority.Certificate, .. hosts, Vector.Certificate("bad/expired-ca")],
            s_policy,
            Vector.Now.AddHours(9),
            TimeSpan.FromHours(10)
        );

        outlooks
            .Select(o => (o.Certificate.Name, o.Urgency))
            .ShouldBe([
                ("expired-ca", ExpiryUrgency.Expired),
                ("1 h", ExpiryUrgency.Expired),
                ("10 h", ExpiryUrgency.Due),
                ("20 h", ExpiryUrgency.Soon),
                ("1000 h", ExpiryUrgency.Fine),
                ("ca v2-25519", ExpiryUrgency.Fine),
            ]);
        outlooks[0].Advice.ShouldContain("every node");
        outlooks[2].Advice.ShouldContain("Renew");
    }

    [Fact]
    public void A_blocklist_names_both_forms_of_p256_and_forgets_what_has_ended()
    {
        var p256 = Vector.Certificate("host/v2-p256-plain");
        var ended = Vector.Certificate("bad/expired-host-v2");

        var document = BlocklistDocument.ParseJson(
            BlocklistDocument.Empty.Block(p256, "laptop lost").Block(ended).Block(p256).ToJson()
        );

        document.Entries.Count.ShouldBe(2);
        document.Fingerprints.ShouldBe([p256.Fingerprint, p256.AlternateFingerprint!, ended.Fingerprint]);
        document.ToBlocklist().Contains(p256).ShouldBeTrue();
        document.WithoutExpired(Vector.Now).Entries.ShouldHaveSingleItem().Reason.ShouldBe("laptop lost");
        var read = NebulaConfigReader.Read([
            new ConfigFile("config.yml", "pki: {ca: a}"),
            new ConfigFile("zz.yml", document.ToConfig()),
        ]);
        read.Config.Pki.Blocklist.ShouldBe(document.Fingerprints);
        read.Config.Pki.Ca.ShouldBe("a");
    }

    [Fact]
    public void A_damaged_blocklist_is_not_taken_for_an_empty_one()
    {
        var parse = () => BlocklistDocument.ParseJson("{}");

        parse.ShouldThrow<NebulaFormatException>().Code.ShouldBe("blocklist-malformed");
    }

    private static DateTimeOffset Seconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static Task<NebulaCertificate> IssueAsync(CertificateAuthority authority, string name, TimeSpan life) =>
        authority.IssueAsync(
            new HostCertificateRequest
            {
                Name = name,
                PublicKey = s_key,
                Networks = TestMesh.Prefixes("10.42.0.9/16"),
                NotBefore = Vector.Now,
                NotAfter = Vector.Now + life,
            },
            TestMesh.Token
        );
}
