using HybridLlm.Liqo.Installation;

namespace HybridLlm.Liqo.Tests.Installation;

public sealed class OutdatedSpellingTests
{
    [Theory]
    [InlineData("helm install liqo liqo/liqo --set networking.internal=false", "networking.internal")]
    [InlineData("--set auth.config.enableAuthentication=true", "auth.config")]
    [InlineData("networking:\n  internal: false", "networking.internal")]
    [InlineData(
        "spec:\n  valuesContent: |-\n    networking:\n      # off\n      internal: false",
        "networking.internal"
    )]
    [InlineData("auth:\n  config:\n    enableAuthentication: true", "auth.config")]
    [InlineData("requirements: \n  kernel:\n    disabled: true", "requirements.kernel.disabled")]
    [InlineData("ipam:\n  podCIDR: 10.42.0.0/16", "ipam.podCIDR")]
    [InlineData("nodeSelector:\n  topology.liqo.io/type: virtual-node", "topology.liqo.io/type")]
    [InlineData("liqoctl peer out-of-band gpu --auth-url x", "peer out-of-band")]
    [InlineData("liqoctl generate peer-command", "generate peer-command")]
    [InlineData("liqoctl peer --disable-networking", "--disable-networking")]
    public void Old_spellings_are_found_with_today_s(string text, string found)
    {
        var spelling = OutdatedSpelling.Find(text).ShouldHaveSingleItem();

        spelling.Found.ShouldBe(found);
        spelling.Today.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("networking:\n  enabled: false\nother:\n  internal: true")]
    [InlineData("ipam:\n  podCIDRs: [10.42.0.0/16]")]
    [InlineData("liqoctl peer --networking-disabled --remote-kubeconfig gpu.yaml")]
    [InlineData("labels:\n  liqo.io/type: virtual-node")]
    [InlineData("# networking: internal: was once the way")]
    public void Today_s_spellings_are_left_alone(string text) => OutdatedSpelling.Find(text).ShouldBeEmpty();

    [Fact]
    public void A_finding_says_where_it_is() =>
        OutdatedSpelling
            .Find("telemetry:\n  enabled: false\nnetworking:\n  internal: false\n")
            .ShouldHaveSingleItem()
            .ToString()
            .ShouldBe("line 4: networking.internal is now networking.enabled");

    [Fact]
    public void The_values_this_package_writes_are_up_to_date() =>
        OutdatedSpelling
            .Find(
                LiqoHelmValues.Write(
                    new LiqoInstallation
                    {
                        ClusterId = "gpu",
                        PodRanges = ["10.42.0.0/16"],
                        ServiceRange = "10.43.0.0/16",
                    }
                )
            )
            .ShouldBeEmpty();
}
