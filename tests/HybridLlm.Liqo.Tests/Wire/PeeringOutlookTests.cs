using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>What a consumer alone tells about a peering with a provider that does not exist yet.</summary>
public sealed class PeeringOutlookTests
{
    private static readonly ExpectedProvider s_expected = new()
    {
        ClusterId = "aws-gpu-7",
        PodRange = "10.42.0.0/16",
        ServiceRange = "10.43.0.0/16",
        LiqoVersion = "1.2.0",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_consumer_in_order_passes_and_nothing_is_said_of_the_provider_nor_written()
    {
        await using var two = await Federation.StartAsync();
        var (home, rented) = (two.Home.Cluster.Calls.Count, two.Rented.Cluster.Calls.Count);

        var report = await CheckAsync(two, s_expected);

        report.CanPeer.ShouldBeTrue(report.ToString());
        report.Findings.ShouldNotBeEmpty();
        report.Findings.ShouldAllBe(f => f.Cluster != ClusterSide.Provider);
        report.Findings.ShouldAllBe(f => f.Verdict == PreflightVerdict.Passed);
        two.Home.Cluster.Calls.Skip(home)
            .Where(c => c.IsWrite)
            .ShouldAllBe(c => c.Resource == "selfsubjectaccessreviews");
        two.Rented.Cluster.Calls.Count.ShouldBe(rented);
    }

    [Fact]
    public async Task What_is_left_of_an_earlier_provider_of_that_id_is_told()
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.Rented.Cluster.KillAsync();

        var report = await CheckAsync(two, s_expected with { ClusterId = Federation.ProviderId });

        report.CanPeer.ShouldBeTrue(report.ToString());
        var left = report.Findings.Where(f => f.Check == PreflightCheck.Leftovers).ShouldHaveSingleItem();
        left.Verdict.ShouldBe(PreflightVerdict.Warning);
        left.Message.ShouldContain("ForeignCluster aws-gpu-1");
    }

    [Fact]
    public async Task What_would_stand_in_the_way_is_told_all_at_once()
    {
        await using var two = await Federation.StartAsync();

        var report = await CheckAsync(
            two,
            s_expected with
            {
                ClusterId = "homelab",
                PodRange = "10.244.0.0/16",
                LiqoVersion = "1.1.2",
            }
        );

        report.CanPeer.ShouldBeFalse();
        report
            .Findings.Where(f => f.Verdict is PreflightVerdict.Failed)
            .Select(f => f.Check)
            .Distinct()
            .ShouldBe([PreflightCheck.Version, PreflightCheck.Identity, PreflightCheck.Ranges], ignoreOrder: true);
        report.Findings.Where(f => f.Verdict == PreflightVerdict.Failed).ShouldAllBe(f => f.Remedy.Length > 0);
    }

    [Fact]
    public async Task A_consumer_that_does_not_answer_is_a_finding_and_no_exception()
    {
        await using var two = await Federation.StartAsync();
        await two.Home.Cluster.KillAsync();

        var report = await CheckAsync(two, s_expected);

        var silent = report.Findings.Where(f => f.Verdict == PreflightVerdict.Failed).ShouldHaveSingleItem();
        (silent.Check, silent.Cluster).ShouldBe((PreflightCheck.Reachability, ClusterSide.Consumer));
    }

    [Fact]
    public async Task An_expectation_that_cannot_be_is_refused_with_every_fault()
    {
        await using var two = await Federation.StartAsync();

        var refusal = await Should.ThrowAsync<InvalidSpecException>(() =>
            CheckAsync(
                two,
                new ExpectedProvider
                {
                    ClusterId = "No Id",
                    PodRange = "y",
                    ServiceRange = "x",
                }
            )
        );

        refusal.Message.ShouldContain("'No Id'");
        refusal.Message.ShouldContain("'x'");
        refusal.Message.ShouldContain("'y'");
        two.Home.Cluster.Calls.ShouldNotContain(c => c.Verb == "create" && c.Resource == "selfsubjectaccessreviews");
    }

    private static Task<PreflightReport> CheckAsync(Federation two, ExpectedProvider expected) =>
        new PeeringOutlook(two.Home.Connection).CheckAsync(
            new PreflightSpec { Peering = Federation.Spec },
            expected,
            Stop
        );
}
