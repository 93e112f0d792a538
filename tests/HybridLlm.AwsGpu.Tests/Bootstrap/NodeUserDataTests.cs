using System.IO.Compression;
using System.Text;
using HybridLlm.AwsGpu.Bootstrap;

namespace HybridLlm.AwsGpu.Tests.Bootstrap;

public sealed class NodeUserDataTests : IDisposable
{
    private readonly Wakes _wake = new();

    [Fact]
    public void It_reads_back_as_it_was_rendered() =>
        NodeUserData.Parse(NodeUserData.Render(_wake.Boot)).ShouldBe(_wake.Boot);

    [Fact]
    public void Ungzipped_user_data_reads_too() => NodeUserData.Parse(Text()).WakeId.ShouldBe("lab-7");

    [Fact]
    public void It_is_a_shell_script_that_stays_far_below_the_limit()
    {
        var rendered = NodeUserData.Render(_wake.Boot);

        Encoding.UTF8.GetString(Text()).ShouldStartWith("#!/bin/sh\nHYBRIDLLM_WAKE='lab-7'\n");
        rendered.Length.ShouldBeLessThan(NodeUserData.MaxBytes / 2);
        NodeUserData.Render(_wake.Boot).ShouldBe(rendered);
    }

    [Fact]
    public void A_changed_script_is_not_taken_for_ours()
    {
        var changed = Encoding.UTF8.GetString(Text()).Replace("umask 077", "umask 000", StringComparison.Ordinal);

        Should
            .Throw<FormatException>(() => NodeUserData.Parse(Encoding.UTF8.GetBytes(changed)))
            .Message.ShouldContain("boot script");
    }

    [Theory]
    [InlineData("lab 7")]
    [InlineData("lab'7")]
    [InlineData("lab|7")]
    [InlineData("")]
    public void A_wake_id_that_could_break_out_of_its_quotes_is_refused(string wakeId) =>
        Should
            .Throw<ArgumentException>(() => NodeUserData.Render(_wake.Boot with { WakeId = wakeId }))
            .Message.ShouldContain("wake id");

    [Fact]
    public async Task The_script_is_plain_sh()
    {
        using ScratchFolder folder = new();
        await Command.RunAsync(RealTools.RequireOnPath("sh"), "-n", folder.Write("node.sh", NodeUserData.Script));
    }

    public void Dispose() => _wake.Dispose();

    private byte[] Text()
    {
        using GZipStream gzip = new(new MemoryStream(NodeUserData.Render(_wake.Boot)), CompressionMode.Decompress);
        using MemoryStream output = new();
        gzip.CopyTo(output);
        return output.ToArray();
    }
}
