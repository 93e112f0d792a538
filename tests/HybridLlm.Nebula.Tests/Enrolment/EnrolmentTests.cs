using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Enrolment;
using HybridLlm.Nebula.Keys;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Nebula.Tests.Enrolment;

public sealed class EnrolmentTests
{
    private readonly FakeTimeProvider _time = new(Vector.Now);
    private readonly OneTimeTokens _tokens = new();

    public static TheoryData<NebulaCurve> Curves() => [NebulaCurve.Curve25519, NebulaCurve.P256];

    [Theory]
    [MemberData(nameof(Curves))]
    public async Task A_host_gets_a_certificate_for_its_own_key_that_ends_with_its_lease(NebulaCurve curve)
    {
        var desk = Desk(curve);
        var key = HostKeyPair.Generate(curve);
        var sent = EnrolmentRequest.Create(key, desk.PublicKey, "gpu-1", Token()).ToJson();

        var outcome = await EnrolAsync(desk, EnrolmentRequest.ParseJson(sent), "i-1");

        outcome.Refusal.ShouldBeNull();
        outcome.Certificate!.IsFor(key.PublicKey).ShouldBeTrue();
        outcome.Certificate.Name.ShouldBe("gpu-i-1");
        outcome.Certificate.NotAfter.ShouldBe(Vector.Now.AddHours(4));
        CaPool
            .ParsePem(Vector.Text($"ca/{Authority(curve)}.crt"))
            .Verify(outcome.Certificate, Vector.Now)
            .IsValid.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public async Task A_key_that_is_somebody_elses_is_refused_and_leaves_the_token_unused(NebulaCurve curve)
    {
        var desk = Desk(curve);
        var token = Token();
        var victim = HostKeyPair.Generate(curve);
        var thief = EnrolmentRequest.Create(HostKeyPair.Generate(curve), desk.PublicKey, "gpu-1", token).ToJson();
        var mine = EnrolmentRequest.Create(victim, desk.PublicKey, "gpu-1", token);
        var forged = EnrolmentRequest.ParseJson(
            thief.Replace(Base64(thief), Base64(mine.ToJson()), StringComparison.Ordinal)
        );

        (await EnrolAsync(desk, forged)).Refusal!.Code.ShouldBe("enrolment-proof");
        (await EnrolAsync(desk, mine)).Refusal.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public async Task A_request_for_another_desk_another_name_or_another_token_is_refused(NebulaCurve curve)
    {
        var desk = Desk(curve);
        var key = HostKeyPair.Generate(curve);
        var elsewhere = EnrolmentRequest.Create(key, HostKeyPair.Generate(curve).PublicKey, "gpu-1", Token());
        var token = Token();
        var request = EnrolmentRequest.Create(key, desk.PublicKey, "gpu-1", token).ToJson();

        (await EnrolAsync(desk, elsewhere)).Refusal!.Code.ShouldBe("enrolment-proof");
        (await Changed("gpu-1", "gpu-2")).ShouldBe("enrolment-proof");
        (await Changed(token, Token())).ShouldBe("enrolment-proof");

        async Task<string> Changed(string from, string to)
        {
            var changed = EnrolmentRequest.ParseJson(request.Replace(from, to, StringComparison.Ordinal));
            return (await EnrolAsync(desk, changed)).Refusal!.Code;
        }
    }

    [Fact]
    public async Task A_token_serves_one_key_and_that_one_again_when_its_reply_was_lost()
    {
        var desk = Desk(NebulaCurve.Curve25519);
        var token = Token();
        var first = EnrolmentRequest.Create(HostKeyPair.Generate(), desk.PublicKey, "gpu-1", token);
        var second = EnrolmentRequest.Create(HostKeyPair.Generate(), desk.PublicKey, "gpu-1", token);

        var issued = await EnrolAsync(desk, first);
        var again = await EnrolAsync(desk, first);
        var other = await EnrolAsync(desk, second);

        again.Certificate!.ToPem().ShouldBe(issued.Certificate!.ToPem());
        other.Refusal!.Code.ShouldBe("enrolment-token");
    }

    [Fact]
    public async Task Of_many_keys_with_one_token_exactly_one_wins()
    {
        var desk = Desk(NebulaCurve.Curve25519);
        var token = Token();
        var requests = Enumerable
            .Range(0, 16)
            .Select(_ => EnrolmentRequest.Create(HostKeyPair.Generate(), desk.PublicKey, "gpu", token))
            .ToList();

        var outcomes = await Task.WhenAll(requests.Select(r => Task.Run(() => EnrolAsync(desk, r))));

        outcomes.Count(o => o.Certificate is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Tokens_that_are_unknown_or_late_are_refused()
    {
        var desk = Desk(NebulaCurve.Curve25519);
        var key = HostKeyPair.Generate();
        var late = EnrolmentRequest.Create(key, desk.PublicKey, "gpu-1", Token());

        (
            await EnrolAsync(desk, EnrolmentRequest.Create(key, desk.PublicKey, "gpu-1", "guessed"))
        ).Refusal!.Code.ShouldBe("enrolment-token");
        _time.Advance(TimeSpan.FromMinutes(10).Add(TimeSpan.FromSeconds(1)));
        (await EnrolAsync(desk, late)).Refusal!.Code.ShouldBe("enrolment-token");
    }

    [Fact]
    public async Task The_policy_may_refuse_and_a_lease_that_is_over_grants_nothing()
    {
        var desk = Desk(NebulaCurve.Curve25519);

        (await EnrolAsync(desk, Request(), "")).Refusal!.Code.ShouldBe("enrolment-policy");
        (await EnrolAsync(desk, Request(), "ended")).Refusal!.Code.ShouldBe("enrolment-policy");

        EnrolmentRequest Request() => EnrolmentRequest.Create(HostKeyPair.Generate(), desk.PublicKey, "gpu-1", Token());
    }

    [Fact]
    public void A_token_never_shows_and_nonsense_is_no_request()
    {
        var token = Token();
        var request = EnrolmentRequest.Create(HostKeyPair.Generate(), HostKeyPair.Generate().PublicKey, "gpu-1", token);

        request.ToString().ShouldNotContain(token);
        foreach (var text in new[] { "", "{}", "null", "[1]" })
        {
            Should
                .Throw<NebulaFormatException>(() => EnrolmentRequest.ParseJson(text))
                .Code.ShouldBe("enrolment-malformed");
        }
    }

    private static string Authority(NebulaCurve curve) => curve == NebulaCurve.P256 ? "v2-p256" : "v2-25519";

    // The key's base64 lines in the JSON of a request.
    private static string Base64(string json) =>
        string.Join("\\n", json.Split("\\n").Skip(1).TakeWhile(line => !line.StartsWith('-')));

    private string Token() => _tokens.Issue(_time.GetUtcNow().AddMinutes(10));

    private static Task<EnrolmentOutcome> EnrolAsync(
        EnrolmentDesk desk,
        EnrolmentRequest request,
        string claim = "i-0"
    ) => desk.EnrolAsync(request, new Dictionary<string, string> { ["instance"] = claim }, TestMesh.Token);

    private EnrolmentDesk Desk(NebulaCurve curve) =>
        new(
            Vector.Authority($"ca/{Authority(curve)}"),
            HostKeyPair.Generate(curve),
            _tokens,
            (request, claims, _) =>
                ValueTask.FromResult(
                    claims["instance"].Length == 0
                        ? null
                        : new EnrolmentGrant
                        {
                            Name = $"gpu-{claims["instance"]}",
                            Networks = TestMesh.Prefixes("10.42.128.1/16"),
                            Groups = ["gpu"],
                            LeaseEnd =
                                claims["instance"] == "ended" ? Vector.Now.AddSeconds(-1) : Vector.Now.AddHours(4),
                        }
                ),
            _time
        );
}
