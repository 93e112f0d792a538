using System.Text.RegularExpressions;
using HybridLlm.Nebula.Enrolment;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;
using HybridLlm.Nebula.Rotation;
using HybridLlm.Nebula.Tests.Certificates;

namespace HybridLlm.Nebula.Tests.Encoding;

/// <summary>What comes over the net or from half a disk is refused in our own words, whatever is missing in it.</summary>
public sealed partial class StrangeJsonTests
{
    private const int Mutations = 300;

    private static readonly string[] s_values =
    [
        "null",
        "[null]",
        "[]",
        "{}",
        "\"\"",
        "\"\\ud800\"",
        "-1",
        "1e400",
        "true",
        "[[null]]",
    ];

    [Fact]
    public void Blocklists() =>
        Refuses(
            BlocklistDocument.Empty.Block(Vector.Certificate("host/v1-p256-plain"), "lost").ToJson(),
            json =>
            {
                var document = BlocklistDocument.ParseJson(json);
                _ = (document.ToBlocklist(), document.ToConfig(), document.WithoutExpired(Vector.Now).ToJson());
            },
            "blocklist-malformed"
        );

    [Fact]
    public void Ledgers() =>
        Refuses(
            AddressLedger.Empty.Record(Vector.Certificate("host/v2-25519-dual")).ToJson(),
            json =>
            {
                var ledger = AddressLedger.ParseJson(json);
                MeshNetworkSpec spec = new()
                {
                    Range = NebulaPrefix.Parse("10.42.0.0/16"),
                    Members = [new MeshMember { Name = "nas", Role = MeshRole.Host }],
                };
                MeshNetworkPlanner.Plan(spec, ledger, Vector.Now);
            },
            "ledger-malformed"
        );

    [Fact]
    public async Task Rotations()
    {
        var (old, replacement) = (await TestMesh.AuthorityAsync(), await TestMesh.AuthorityAsync());
        var begun = AuthorityRotation.Begin(
            old.Certificate,
            replacement.Certificate,
            ["nas", "app"],
            old.Certificate.NotBefore
        );
        Refuses(
            begun.ToJson(),
            json =>
            {
                var state = RotationState.ParseJson(json);
                _ = (state.Tasks, AuthorityRotation.Apply(state, new RotationEvent.Advance()));
            },
            "rotation-malformed"
        );
    }

    [Fact]
    public async Task Enrolment_requests()
    {
        var authority = await TestMesh.AuthorityAsync();
        EnrolmentDesk desk = new(
            authority,
            HostKeyPair.Generate(),
            new OneTimeTokens(),
            (_, _, _) => ValueTask.FromResult<EnrolmentGrant?>(null),
            TimeProvider.System
        );
        Refuses(
            EnrolmentRequest.Create(HostKeyPair.Generate(), desk.PublicKey, "gpu-1", "token").ToJson(),
            json =>
            {
                var outcome = desk.EnrolAsync(EnrolmentRequest.ParseJson(json), cancellationToken: TestMesh.Token);
                outcome.GetAwaiter().GetResult().Certificate.ShouldBeNull();
            },
            "enrolment-malformed"
        );
    }

    private static void Refuses(string json, Action<string> use, string code)
    {
        RandomCertificates random = new(RandomCertificates.Seed());
        use(json);
        Should.Throw<NebulaFormatException>(() => use("null")).Code.ShouldBe(code);
        for (var i = 0; i < Mutations; i++)
        {
            var strange = json;
            for (var edits = random.Next(2); edits >= 0; edits--)
            {
                var values = Value().Matches(strange);
                if (values.Count > 0)
                {
                    var at = values[random.Next(values.Count)];
                    strange =
                        strange[..at.Index]
                        + s_values[random.Next(s_values.Length)]
                        + strange[(at.Index + at.Length)..];
                }
            }

            try
            {
                use(strange);
            }
            catch (NebulaException)
            {
                // Ours, which says what to do.
            }
            catch (Exception e)
            {
                Assert.Fail($"{e}\n{strange}");
            }
        }
    }

    [GeneratedRegex("""(?<=[:,\[]\s*)"[^"]*"(?=\s*[,}\]])|\[[^\[\]]*\]|\{[^{}]*\}|\btrue\b|\bfalse\b""")]
    private static partial Regex Value();
}
