using System.Text;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Identity;
using HybridLlm.AwsGpu.Tests.Identity;

namespace HybridLlm.AwsGpu.Tests.Bootstrap;

public sealed class NodeEnrolmentTests : IDisposable
{
    private readonly Wakes _wake = new();

    [Fact]
    public async Task The_launched_nodes_own_request_is_accepted()
    {
        using var aws = await OpensslAuthority.CreateAsync();

        Judge(await _wake.SignedRequestAsync(aws), aws);
    }

    [Theory]
    [InlineData("111122223333", "444455556666", "its document is of account 444455556666, not 111122223333")]
    [InlineData(
        "i-0123456789abcdef0",
        "i-0fffffffffffffff0",
        "its document is of instance i-0fffffffffffffff0, not i-0123456789abcdef0"
    )]
    [InlineData("\"us-east-1\"", "\"us-east-2\"", "its document is of region us-east-2, not us-east-1")]
    [InlineData("g6.xlarge", "p5.48xlarge", "its document is of instance type p5.48xlarge, not g6.xlarge")]
    [InlineData("ami-0d1a2204000000001", "ami-1", "its document is of image ami-1, not ami-0d1a2204000000001")]
    [InlineData("10.77.1.23", "10.77.1.99", "its document is of private address 10.77.1.99, not 10.77.1.23")]
    [InlineData(
        "T18:00:02Z",
        "T18:15:01Z",
        "its document is dated 2026-11-23 18:15:01Z, the launch was 2026-11-23 18:00:00Z"
    )]
    [InlineData(
        "T18:00:02Z",
        "T17:58:59Z",
        "its document is dated 2026-11-23 17:58:59Z, the launch was 2026-11-23 18:00:00Z"
    )]
    public async Task Another_instances_document_is_refused(string replace, string by, string reason)
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var request = await _wake.SignedRequestAsync(aws, replace, by);

        Should.Throw<EnrolmentRefusedException>(() => Judge(request, aws)).Reasons.ShouldBe([reason]);
    }

    [Fact]
    public async Task All_faults_are_named_at_once()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var request = await _wake.SignedRequestAsync(aws, "g6.xlarge", "g6.2xlarge");
        var node = Wakes.Node with { WakeId = "lab-8", IsAlive = false, PrivateIp = "10.77.1.99" };

        Should
            .Throw<EnrolmentRefusedException>(() => NodeEnrolment.Judge(request, node, _wake.Controller, Trusting(aws)))
            .Reasons.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_document_lifted_into_a_request_with_other_keys_is_refused()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var victim = await _wake.SignedRequestAsync(aws);
        using var thief = X25519PrivateKey.Create();

        // The thief knows the victim's public key and document, and names the victim's Nebula key with a mailbox of its own.
        var forged = Encoding
            .ASCII.GetString(victim.Bytes)
            .Replace(victim.MailboxKey.ToString(), thief.PublicKey.ToString(), StringComparison.Ordinal);

        Should
            .Throw<EnrolmentRefusedException>(() => Judge(NodeRequest.Parse(Encoding.ASCII.GetBytes(forged)), aws))
            .Reasons.ShouldBe(["its sender does not hold the Nebula key it names"]);
    }

    [Fact]
    public async Task A_Nebula_key_of_small_order_is_refused()
    {
        using var aws = await OpensslAuthority.CreateAsync();
        var request = await _wake.SignedRequestAsync(aws);
        var zero = Convert.ToBase64String(new byte[32]);
        var forged = Encoding
            .ASCII.GetString(request.Bytes)
            .Replace(request.NebulaKey.ToString(), zero, StringComparison.Ordinal);

        Should
            .Throw<EnrolmentRefusedException>(() => Judge(NodeRequest.Parse(Encoding.ASCII.GetBytes(forged)), aws))
            .Reasons.ShouldBe(["its sender does not hold the Nebula key it names"]);
    }

    [Fact]
    public void A_request_reads_back_as_it_was_written()
    {
        var request = _wake.Request();
        var read = NodeRequest.Parse(request.Bytes);

        read.WakeId.ShouldBe("lab-7");
        read.NebulaKey.ShouldBe(_wake.Nebula.PublicKey);
        read.MailboxKey.ShouldBe(_wake.Mailbox.PublicKey);
        read.Bytes.SequenceEqual(request.Bytes).ShouldBeTrue();
    }

    [Fact]
    public void What_is_no_request_is_refused_with_the_line_at_fault()
    {
        var good = Encoding.ASCII.GetString(_wake.Request().Bytes);
        (string Text, string Says)[] cases =
        [
            ("", "six lines"),
            (good + "more\n", "six lines"),
            (good.Replace("request-1", "request-9", StringComparison.Ordinal), "the first is"),
            (good.Replace("nebula-key ", "nebula_key ", StringComparison.Ordinal), "Line 3"),
            (good.Replace("mailbox-key ", "mailbox-key A", StringComparison.Ordinal), "mailbox-key is no X25519 key"),
            (good.Replace("proof ", "proof z", StringComparison.Ordinal), "proof"),
            (good.Replace("wake lab", "wake \0ab", StringComparison.Ordinal), "plain text"),
            (new string('a', NodeRequest.MaxBytes + 1), "plain text"),
        ];
        foreach (var (text, says) in cases)
        {
            Should
                .Throw<FormatException>(() => NodeRequest.Parse(Encoding.ASCII.GetBytes(text)))
                .Message.ShouldContain(says);
        }
    }

    public void Dispose() => _wake.Dispose();

    private void Judge(NodeRequest request, OpensslAuthority aws) =>
        NodeEnrolment.Judge(request, Wakes.Node, _wake.Controller, Trusting(aws));

    private static IdentityAuthorities Trusting(OpensslAuthority aws) =>
        IdentityAuthorities.None.With("us-east-1", aws.Certificate);
}
