using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Tests.Networking;

public sealed class GatewaySpecTests
{
    [Fact]
    public void Every_fault_is_found_at_once() =>
        new GatewaySpec
        {
            Service = GatewayService.ClusterIP,
            Port = 0,
            NodePort = 80,
            LoadBalancerIp = "somewhere",
            ClientAddress = "",
            ClientPort = 70000,
            Mtu = 100,
        }
            .Faults()
            .OfType<string>()
            .Count()
            .ShouldBe(7);

    [Fact]
    public void In_band_needs_the_tunnel() =>
        new PeeringSpec
        {
            Resources = new SliceResources { Cpu = "1", Memory = "1Gi" },
            InBand = true,
        }
            .Faults()
            .OfType<string>()
            .ShouldHaveSingleItem()
            .ShouldContain("InBand");

    /// <summary>1.1 tells by the ranges alone, 1.2 by a condition about this very generation.</summary>
    [Theory]
    [InlineData(null, 1, true, true)]
    [InlineData(null, 1, false, false)]
    [InlineData("True", 1, true, true)]
    [InlineData("True", 2, true, false)]
    [InlineData("False", 1, true, false)]
    public void A_configuration_is_ready_as_its_version_tells(
        string? told,
        long generation,
        bool hasRanges,
        bool isReady
    )
    {
        Configuration configuration = new()
        {
            Metadata = new ObjectMeta { Name = "aws-gpu-1", Generation = generation },
            Status = new ConfigurationStatus
            {
                Remote = hasRanges
                    ? new ClusterRanges
                    {
                        Cidr = new RangeLists { Pod = ["10.42.0.0/16"], External = ["10.71.0.0/16"] },
                    }
                    : null,
                Conditions = told is null
                    ? null
                    :
                    [
                        new Condition
                        {
                            Type = "NetworkCIDRsConfigured",
                            Status = told,
                            ObservedGeneration = 1,
                        },
                    ],
            },
        };

        configuration.IsReady.ShouldBe(isReady);
    }
}
