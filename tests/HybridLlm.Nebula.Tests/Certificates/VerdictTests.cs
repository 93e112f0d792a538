using HybridLlm.Nebula.Certificates;

namespace HybridLlm.Nebula.Tests.Certificates;

/// <summary>Our parser and verifier against what the real <c>nebula-cert print</c> and <c>verify</c> answered.</summary>
public sealed class VerdictTests
{
    /// <summary>Nebula's words for the failures; a word may stand for several of ours.</summary>
    internal static readonly Dictionary<VerificationFailure, string> Words = new()
    {
        [VerificationFailure.NoIssuer] = "no issuer in certificate",
        [VerificationFailure.UnknownIssuer] = "could not find ca for the certif",
        [VerificationFailure.AuthorityExpired] = "root certificate is expired",
        [VerificationFailure.Expired] = "certificate is expired",
        [VerificationFailure.NotYetValid] = "certificate is expired",
        [VerificationFailure.SignatureMismatch] = "certificate signature did not match",
        [VerificationFailure.OutlivesAuthority] = "certificate expires after signing certificate",
        [VerificationFailure.PredatesAuthority] = "certificate is valid before the signing certificate",
        [VerificationFailure.GroupNotAllowed] = "certificate contained a group not present on the signing ca",
        [VerificationFailure.UnsafeNetworkNotAllowed] = "certificate contained an unsafe network assignment outside",
        [VerificationFailure.NetworkNotAllowed] = "certificate contained a network assignment outside the limitations",
    };

    public static TheoryData<int, string> Rows() => new(Cases().Select((c, i) => (i, c.Why)));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Verdict_agrees_with_nebula_cert(int row, string why)
    {
        var verdict = Cases()[row];
        var ours = Judge(verdict);

        switch (verdict.File)
        {
            // Stricter on purpose (docs/errors.md): nothing to verify is not a success, and no node takes an authority as a host.
            case "/dev/null":
                ours.ShouldBe("pem-missing", why);
                break;
            case "neg/ca-signed-by-ca.crt":
                ours.ShouldBe("verify-authority-as-host", why);
                break;
            // More forgiving on purpose: a newline at the end of a file is no fault, as nebula-cert print and nebula agree.
            case "neg/trailing-newline.crt":
                ours.ShouldBeNull(why);
                break;
            default:
                (ours is null).ShouldBe(verdict.VerifyExit == 0, $"{why}: {ours} against {verdict.VerifyError}");
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_failed_check_is_the_one_nebula_names(int row, string why)
    {
        var verdict = Cases()[row];
        if (
            verdict.VerifyExit == 0
            || verdict.PrintExit != 0
            || verdict.Authority.StartsWith("neg/", StringComparison.Ordinal)
        )
        {
            return;
        }

        if (verdict.File == "neg/trailing-newline.crt")
        {
            return;
        }

        var result = Pool(verdict).Verify(NebulaCertificate.ParsePem(Vector.Text(verdict.File)), Vector.Now);

        verdict.VerifyError.ShouldContain(Words[result.Failure], customMessage: why);
        result.Fault!.Remedy.ShouldNotBeEmpty();
    }

    private static string? Judge(Case verdict)
    {
        try
        {
            var text = verdict.File == "/dev/null" ? "" : Vector.Text(verdict.File);
            return NebulaCertificate
                .ParseBundle(text)
                .Select(c => Pool(verdict).Verify(c, Vector.Now).Fault?.Code)
                .FirstOrDefault(code => code is not null);
        }
        catch (NebulaException e)
        {
            return e.Code;
        }
    }

    private static CaPool Pool(Case verdict)
    {
        var file = verdict.Authority.Contains('/') ? verdict.Authority : $"ca/{verdict.Authority}.crt";
        return CaPool.ParsePem(Vector.Text(file));
    }

    private static Case[] Cases() =>
        [
            .. Vector
                .Json("verdicts.json")
                .EnumerateArray()
                .Select(row => new Case(
                    row.GetProperty("file").GetString()!,
                    row.GetProperty("ca").GetString()!,
                    row.GetProperty("why").GetString()!,
                    row.GetProperty("printExit").GetInt32(),
                    row.GetProperty("verifyExit").GetInt32(),
                    row.GetProperty("verifyError").GetString()!
                )),
        ];

    private sealed record Case(
        string File,
        string Authority,
        string Why,
        int PrintExit,
        int VerifyExit,
        string VerifyError
    );
}
