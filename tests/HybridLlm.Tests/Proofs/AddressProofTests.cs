using System.Net;
using FsCheck.Xunit;
using HybridLlm.Proofs;

namespace HybridLlm.Tests.Proofs;

public sealed class AddressProofTests
{
    private static readonly AddressRange[] s_design =
    [
        Range("home network", "192.168.1.0/24"),
        Range("homelab pods", "10.244.0.0/16"),
        Range("homelab services", "10.96.0.0/12"),
        Range("GPU cluster pods", "10.42.0.0/16"),
        Range("GPU cluster services", "10.43.0.0/16"),
        Range("VPC", "10.200.0.0/16"),
    ];

    [Fact]
    public void The_common_mesh_range_is_passed_over_because_it_is_k3s_pod_range()
    {
        var proof = AddressProof.Of(null, s_design);

        proof.Mesh.ShouldBe(IPNetwork.Parse("10.201.0.0/16"));
        proof.Holds.ShouldBeTrue();
        proof
            .Rejected.Single()
            .ToString()
            .ShouldBe("Nebula mesh 10.42.0.0/16 collides with GPU cluster pods 10.42.0.0/16");
    }

    [Fact]
    public void A_mesh_range_asked_for_is_kept_and_its_collision_reported()
    {
        var proof = AddressProof.Of(IPNetwork.Parse("10.42.0.0/16"), s_design);

        proof.Mesh.ShouldBe(IPNetwork.Parse("10.42.0.0/16"));
        proof.Collisions.Single().Second.Use.ShouldBe("GPU cluster pods");
    }

    [Fact]
    public void When_home_uses_every_candidate_the_collision_is_reported()
    {
        var proof = AddressProof.Of(
            null,
            [Range("home network", "10.0.0.0/8"), Range("guests", "172.16.0.0/12"), Range("provider", "100.64.0.0/10")]
        );

        proof.Holds.ShouldBeFalse();
        proof.Rejected.Count.ShouldBe(5);
    }

    [Property]
    public bool Two_ranges_overlap_exactly_when_they_share_their_first_or_last_address(
        uint a,
        byte aLength,
        uint b,
        byte bLength
    )
    {
        var (first, second) = (Any(a, aLength), Any(b, bLength));
        var (low, high) = (Math.Max(Low(first), Low(second)), Math.Min(High(first), High(second)));
        return new AddressRange("a", first).Overlaps(new AddressRange("b", second)) == (low <= high);
    }

    private static AddressRange Range(string use, string cidr) => new(use, IPNetwork.Parse(cidr));

    private static IPNetwork Any(uint address, byte length)
    {
        var bits = length % 33;
        var mask = bits == 0 ? 0 : uint.MaxValue << (32 - bits);
        return new IPNetwork(new IPAddress(BitConverter.IsLittleEndian ? Swap(address & mask) : address & mask), bits);
    }

    private static uint Swap(uint value) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);

    private static long Low(IPNetwork range) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(range.BaseAddress.GetAddressBytes());

    private static long High(IPNetwork range) => Low(range) + (1L << (32 - range.PrefixLength)) - 1;
}
