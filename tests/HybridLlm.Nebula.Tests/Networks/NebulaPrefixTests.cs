using System.Net;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Tests.Networks;

public sealed class NebulaPrefixTests
{
    [Theory]
    [InlineData("10.42.1.9/24")]
    [InlineData("0.0.0.0/0")]
    [InlineData("255.255.255.255/32")]
    [InlineData("fd42::9/64")]
    [InlineData("::/0")]
    [InlineData("::1/128")]
    [InlineData("::102:304/128")]
    [InlineData("::ffff:10.42.0.1/120")]
    [InlineData("2001:db8:0:1:0:0:0:1/128", "2001:db8:0:1::1/128")]
    [InlineData("2001:0:0:1:0:0:1:1/64", "2001::1:0:0:1:1/64")]
    [InlineData("1:0:2:3:4:5:6:7/1")]
    [InlineData("FE80::AB/10", "fe80::ab/10")]
    [InlineData("fe80::5efe:102:304/64")]
    [InlineData("64:ff9b::1.2.3.4/96", "64:ff9b::102:304/96")]
    public void Text_reads_and_prints_as_in_nebula(string text, string? printed = null) =>
        NebulaPrefix.Parse(text).ToString().ShouldBe(printed ?? text);

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1/33")]
    [InlineData("10.0.0.1/08")]
    [InlineData("10.0.0.1/+8")]
    [InlineData("10.0.0.1/")]
    [InlineData("10.1/8")]
    [InlineData("010.0.0.1/8")]
    [InlineData("0x0a.0.0.1/8")]
    [InlineData("10.0.0.256/8")]
    [InlineData("fd42::1%eth0/64")]
    [InlineData("[fd42::1]/64")]
    [InlineData("fd42:::1/64")]
    [InlineData("fd42::1/129")]
    [InlineData("::ffff:1.2.3/96")]
    [InlineData("any")]
    public void What_nebula_refuses_is_refused(string text)
    {
        NebulaPrefix.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<NebulaFormatException>(() => NebulaPrefix.Parse(text)).Code.ShouldBe("prefix-malformed");
    }

    [Fact]
    public void Order_is_family_then_address_then_length()
    {
        string[] sorted = ["10.42.1.9/24", "10.42.1.9/32", "10.99.0.1/8", "fd42::4/128", "fd42::9/64"];

        sorted.Reverse().Select(NebulaPrefix.Parse).Order().Select(p => p.ToString()).ShouldBe(sorted);
    }

    [Theory]
    [InlineData("10.42.0.0/16", "10.42.7.9/24", true, true)]
    [InlineData("10.42.7.9/24", "10.42.0.0/16", false, true)]
    [InlineData("10.42.0.0/16", "10.43.0.0/16", false, false)]
    [InlineData("0.0.0.0/0", "255.1.2.3/32", true, true)]
    [InlineData("0.0.0.0/0", "::/0", false, false)]
    [InlineData("::/0", "fd42::/64", true, true)]
    [InlineData("fd42::/64", "fd42:0:0:1::/64", false, false)]
    public void Containment_and_overlap(string outer, string inner, bool contains, bool overlaps)
    {
        var (a, b) = (NebulaPrefix.Parse(outer), NebulaPrefix.Parse(inner));

        a.Contains(b).ShouldBe(contains);
        a.Contains(b.Address)
            .ShouldBe(contains || outer.EndsWith("/24", StringComparison.Ordinal) && a.Masked() == b.Masked());
        a.Overlaps(b).ShouldBe(overlaps);
        b.Overlaps(a).ShouldBe(overlaps);
    }

    [Property]
    public bool A_prefix_reads_back_equal(byte[] seed, byte length, bool isIPv6)
    {
        var bytes = new byte[isIPv6 ? 16 : 4];
        seed.AsSpan(0, Math.Min(seed.Length, bytes.Length)).CopyTo(bytes);
        NebulaPrefix prefix = new(new IPAddress(bytes), length % (isIPv6 ? 129 : 33));

        return NebulaPrefix.Parse(prefix.ToString()) == prefix
            && prefix.Masked().Contains(prefix)
            && prefix.Contains(prefix.Masked())
            && prefix.Masked() <= prefix;
    }
}
