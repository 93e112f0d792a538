using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.AwsGpu.Tests.Offerings;

/// <summary>
/// Every GPU family a user may name has an answer, by the recorded catalogue of EC2: through the real SDK, against an account loaded with it.
/// </summary>
public sealed class RecordedFamiliesTests
{
    private static readonly string[] s_asked =
    [
        "g4dn.xlarge",
        "g4dn.2xlarge",
        "g5.xlarge",
        "g5.2xlarge",
        "p3.2xlarge",
        "g6.xlarge",
        "g6.12xlarge",
        "g6e.xlarge",
        "g6f.2xlarge",
        "p4d.24xlarge",
        "p5.48xlarge",
        "p3dn.24xlarge",
        "g5g.xlarge",
        "g9.xlarge",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_type_a_user_names_is_kept_or_turned_down_with_its_reason()
    {
        await using var cloud = await StartAsync();
        using var clients = Clients(cloud);
        var facts = await new OfferingFactsReader(clients).ReadAsync("us-east-1", Token);

        var plan = OfferPlanner.Plan(
            new OfferRequest
            {
                GpuMemoryMiB = 12_000,
                AnswerFor = s_asked,
                MaxHourlyPrice = 3m,
            },
            facts
        );

        var answers = plan.Answers.ToDictionary(a => a.InstanceType, a => a.Reason);
        answers.Keys.ShouldBe(s_asked);
        foreach (
            var kept in new[] { "g4dn.xlarge", "g4dn.2xlarge", "g5.xlarge", "g5.2xlarge", "g6.xlarge", "g6e.xlarge" }
        )
        {
            answers[kept].ShouldBeNull(kept);
        }

        answers["p3.2xlarge"].ShouldNotBeNull().ShouldContain("EC2 does not offer it any more in us-east-1");
        answers["g6f.2xlarge"].ShouldNotBeNull().ShouldContain("MiB of GPU memory, needs 12000");
        answers["p4d.24xlarge"].ShouldNotBeNull().ShouldContain("limit 3");
        answers["p5.48xlarge"].ShouldNotBeNull().ShouldContain("limit 3");
        answers["p3dn.24xlarge"]
            .ShouldNotBeNull()
            .ShouldContain("V100, which the node image's open driver does not run");
        answers["g5g.xlarge"].ShouldNotBeNull().ShouldContain("needs X64");
        answers["g9.xlarge"].ShouldNotBeNull().ShouldContain("no such GPU instance type");
        plan.Offers.ShouldAllBe(o => o.InstanceType.GpuManufacturer == "NVIDIA" && o.HourlyPrice <= 3m);
    }

    [Theory]
    [InlineData("g6f.2xlarge", 5_000)]
    [InlineData("p4d.24xlarge", 300_000)]
    [InlineData("p5.48xlarge", 600_000)]
    [InlineData("g6.48xlarge", 150_000)]
    [InlineData("g6e.48xlarge", 300_000)]
    public async Task Each_family_answers_the_need_it_is_for(string type, int needMiB)
    {
        await using var cloud = await StartAsync();
        using var clients = Clients(cloud);
        List<OfferingFacts> regions = [];
        foreach (var region in new[] { "us-east-1", "us-west-2", "eu-central-1" })
        {
            regions.Add(await new OfferingFactsReader(clients).ReadAsync(region, Token));
        }

        var answers = regions.Select(facts =>
            OfferPlanner.Plan(new OfferRequest { GpuMemoryMiB = needMiB, AnswerFor = [type] }, facts).Answers.Single()
        );

        answers.ShouldContain(
            a => a.Cheapest != null,
            $"{type} is offered somewhere: {string.Join("; ", answers.Select(a => a.Reason))}"
        );
    }

    [Fact]
    public async Task An_account_loaded_with_the_record_has_its_regions_its_pools_and_its_published_prices()
    {
        await using var cloud = await StartAsync();
        using var clients = Clients(cloud);

        cloud.EnabledRegions.Count.ShouldBeGreaterThan(20);
        (await clients.ListRegionsAsync(Token)).ShouldBe(cloud.EnabledRegions.Order(StringComparer.Ordinal));
        var tokyo = await new OfferingFactsReader(clients).ReadAsync("ap-northeast-3", Token);
        // As published; see the record's own description.
        tokyo
            .Pools.Single(p => p is { InstanceType: "g4dn.12xlarge", Zone.Id: "apne3-az1" })
            .SpotPrice.ShouldBe(2.1934m);
        tokyo.Pools.ShouldAllBe(p => p.SpotPrice > 0);
        cloud.Prices.OnDemand("g4dn.12xlarge", "ap-northeast-3").ShouldBe(5.281m);
        cloud.Prices.OnDemand("p5.48xlarge", "us-east-1").ShouldBe(55.04m, 0.001m);
    }

    [Fact]
    public async Task A_folder_without_a_record_is_told() =>
        (
            await Should.ThrowAsync<ArgumentException>(() =>
                EmulatedCloud.StartAsync(new EmulatedCloudOptions { DataFolder = Path.GetTempPath() })
            )
        ).Message.ShouldContain("is no record of EC2's offerings");

    private static Task<EmulatedCloud> StartAsync() =>
        EmulatedCloud.StartAsync(
            new EmulatedCloudOptions { DataFolder = Path.GetDirectoryName(SharedData.Require("prices")) },
            Token
        );

    private static AwsClients Clients(EmulatedCloud cloud) =>
        new(
            new AwsClientsOptions
            {
                ServiceUrl = cloud.Endpoint,
                AccessKey = new AwsAccessKey(cloud.AccessKey, cloud.SecretKey),
            }
        );
}
