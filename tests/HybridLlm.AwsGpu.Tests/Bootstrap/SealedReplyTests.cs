using System.Text;
using FsCheck.Xunit;
using HybridLlm.AwsGpu.Bootstrap;

namespace HybridLlm.AwsGpu.Tests.Bootstrap;

public sealed class SealedReplyTests : IDisposable
{
    private const string Instance = "i-0123456789abcdef0";

    private readonly Wakes _wake = new();

    [Property(MaxTest = 50)]
    public bool The_node_it_is_sealed_for_opens_it(byte[] payload)
    {
        byte[] content = [1, .. payload];
        return Open(Seal(content))!.SequenceEqual(content);
    }

    [Fact]
    public void Every_changed_byte_keeps_it_shut()
    {
        var reply = Seal("certificate and keys"u8);
        for (var i = 0; i < reply.Length - 1; i++)
        {
            var changed = reply.ToArray();
            changed[i] ^= 1;
            Open(changed).ShouldBeNull($"byte {i}, '{(char)reply[i]}'");
        }
    }

    [Fact]
    public void A_reply_cut_short_or_lengthened_stays_shut()
    {
        var lines = Encoding.ASCII.GetString(Seal("certificate and keys"u8)).Split('\n');
        string[][] changes =
        [
            [lines[0], lines[1], lines[2]],
            [lines[0], lines[1], "", lines[3], ""],
            [lines[0], lines[1], lines[2], "", ""],
            [lines[0], lines[1], lines[2], lines[3][..40], ""],
            [lines[0], lines[1], lines[2][..^4], lines[3], ""],
            [lines[0], lines[1] + "00", lines[2], lines[3], ""],
            ["hybridllm-reply-2", lines[1], lines[2], lines[3], ""],
        ];
        foreach (var change in changes)
        {
            Open(Encoding.ASCII.GetBytes(string.Join('\n', change))).ShouldBeNull();
        }
    }

    [Fact]
    public void It_is_bound_to_the_request_the_instance_and_both_keys()
    {
        var reply = Seal("certificate and keys"u8);
        using Wakes other = new();

        SealedReply
            .Open(reply, _wake.Request("another"), Instance, _wake.Controller.PublicKey, _wake.Mailbox)
            .ShouldBeNull();
        SealedReply
            .Open(reply, _wake.Request(), "i-ffffffffffffffff0", _wake.Controller.PublicKey, _wake.Mailbox)
            .ShouldBeNull();
        SealedReply.Open(reply, _wake.Request(), Instance, other.Controller.PublicKey, _wake.Mailbox).ShouldBeNull();
        SealedReply.Open(reply, _wake.Request(), Instance, _wake.Controller.PublicKey, other.Mailbox).ShouldBeNull();
    }

    [Fact]
    public void Sealing_twice_never_uses_the_same_key_stream()
    {
        var first = Encoding.ASCII.GetString(Seal("same payload"u8)).Split('\n');
        var second = Encoding.ASCII.GetString(Seal("same payload"u8)).Split('\n');

        second[1].ShouldNotBe(first[1]);
        second[2].ShouldNotBe(first[2]);
    }

    [Fact]
    public void A_mailbox_key_of_small_order_gets_no_reply()
    {
        var zero = X25519PublicKey.FromBytes(new byte[32]);
        var request = NodeRequest.Create(_wake.Boot, _wake.Nebula, zero, "identity");

        Should
            .Throw<EnrolmentRefusedException>(() => SealedReply.Seal("x"u8, request, Instance, _wake.Controller))
            .Reasons.ShouldBe(["its mailbox key has small order"]);
    }

    public void Dispose() => _wake.Dispose();

    private byte[] Seal(ReadOnlySpan<byte> payload) =>
        SealedReply.Seal(payload, _wake.Request(), Instance, _wake.Controller);

    private byte[]? Open(ReadOnlySpan<byte> reply) =>
        SealedReply.Open(reply, _wake.Request(), Instance, _wake.Controller.PublicKey, _wake.Mailbox);
}
