using System.Globalization;
using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class CatalogueTests : CloudTests
{
    [Fact]
    public async Task Regions_and_zones_have_names_and_ids()
    {
        (await Ec2.DescribeRegionsAsync(new(), Ct))
            .Regions.Select(r => r.RegionName)
            .ShouldBe(["us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1"]);
        var zones = (await Ec2In("us-east-1").DescribeAvailabilityZonesAsync(new(), Ct)).AvailabilityZones;
        zones.Select(z => z.ZoneName).ShouldBe([.. "abcdef".Select(l => $"us-east-1{l}")]);
        zones[0].ZoneId.ShouldBe("use1-az4");
        zones.ShouldAllBe(z => z.State == AvailabilityZoneState.Available);
    }

    [Fact]
    public async Task Instance_types_are_described_as_ec2_does()
    {
        var described = await Ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = ["g6e.12xlarge"] }, Ct);
        var type = described.InstanceTypes.Single();
        type.VCpuInfo.DefaultVCpus.ShouldBe(48);
        type.MemoryInfo.SizeInMiB.ShouldBe(393216);
        var gpu = type.GpuInfo.Gpus.Single();
        (gpu.Name, gpu.Manufacturer, gpu.Count, gpu.MemoryInfo.SizeInMiB).ShouldBe(("L40S", "NVIDIA", 4, 45776));
        type.GpuInfo.TotalGpuMemoryInMiB.ShouldBe(4 * 45776);
        type.InstanceStorageInfo.TotalSizeInGB.ShouldBe(3800);
        type.EbsInfo.EbsOptimizedInfo.BaselineThroughputInMBps.ShouldBe(2500);
        type.ProcessorInfo.SupportedArchitectures.Single().ShouldBe("x86_64");
        type.SupportedUsageClasses.ShouldContain("spot");
    }

    [Fact]
    public async Task A_fraction_of_a_gpu_counts_zero_gpus()
    {
        var type = (
            await Ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = ["g6f.2xlarge"] }, Ct)
        ).InstanceTypes.Single();
        type.GpuInfo.Gpus.Single().Count.ShouldBe(0);
        type.GpuInfo.TotalGpuMemoryInMiB.ShouldBe(5722);
    }

    [Fact]
    public async Task Nobody_offers_p3_any_more()
    {
        var call = Ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = ["p3.2xlarge"] }, Ct);
        (await CodeOf(call)).ShouldBe("InvalidInstanceType");
    }

    [Fact]
    public async Task Instance_types_come_in_pages_and_by_wildcards()
    {
        DescribeInstanceTypesRequest request = new()
        {
            Filters = [new("instance-type", ["g6.*", "t?g.nano"])],
            MaxResults = 5,
        };
        List<string> names = [];
        await foreach (var type in Ec2.Paginators.DescribeInstanceTypes(request).InstanceTypes.WithCancellation(Ct))
        {
            names.Add(type.InstanceType.Value);
        }

        names.ShouldContain("g6.xlarge");
        names.ShouldContain("t4g.nano");
        names.ShouldNotContain("g6e.xlarge");
        names.Count.ShouldBeGreaterThan(5);
        names.Distinct().Count().ShouldBe(names.Count);
        Cloud.Calls.Count.ShouldBe((int)Math.Ceiling(names.Count / 5.0));
    }

    [Fact]
    public async Task Offerings_are_told_by_region_by_zone_and_by_zone_id()
    {
        var ec2 = Ec2In("us-east-1");
        (await LocationsAsync(LocationType.Region)).ShouldBe(["us-east-1"]);
        (await LocationsAsync(LocationType.AvailabilityZone)).ShouldNotContain("us-east-1e");
        (await LocationsAsync(LocationType.AvailabilityZoneId)).ShouldContain("use1-az1");

        async Task<List<string>> LocationsAsync(LocationType type)
        {
            var answer = await ec2.DescribeInstanceTypeOfferingsAsync(
                new() { LocationType = type, Filters = [new("instance-type", ["g6.xlarge"])] },
                Ct
            );
            return [.. answer.InstanceTypeOfferings.Select(o => o.Location)];
        }
    }

    [Fact]
    public async Task Spot_prices_of_now_are_one_row_per_type_and_zone()
    {
        var answer = await Ec2.DescribeSpotPriceHistoryAsync(
            new()
            {
                StartTime = Start.UtcDateTime,
                InstanceTypes = ["g6.xlarge", "g5.2xlarge"],
                ProductDescriptions = ["Linux/UNIX"],
            },
            Ct
        );
        answer.SpotPriceHistory.Count.ShouldBe(6);
        var price = answer.SpotPriceHistory.Single(p =>
            p.InstanceType == "g6.xlarge" && p.AvailabilityZone == "us-east-2a"
        );
        price.Price.ShouldBe("0.268200");
        price.Timestamp!.Value.ShouldBeLessThan(Start.UtcDateTime);
        answer.NextToken.ShouldBe("");
        var none = await Ec2.DescribeSpotPriceHistoryAsync(
            new() { StartTime = Start.UtcDateTime, ProductDescriptions = ["Windows"] },
            Ct
        );
        (none.SpotPriceHistory ?? []).ShouldBeEmpty();
    }

    [Fact]
    public async Task Spot_prices_differ_by_zone_and_by_time()
    {
        Clock.Advance(TimeSpan.FromHours(1));
        Cloud.Prices.SetSpot("g6.xlarge", "us-east-2a", 0.5m);
        Clock.Advance(TimeSpan.FromHours(1));
        DescribeSpotPriceHistoryRequest request = new()
        {
            InstanceTypes = ["g6.xlarge"],
            AvailabilityZone = "us-east-2a",
            StartTime = Start.UtcDateTime,
        };
        var history = (await Ec2.DescribeSpotPriceHistoryAsync(request, Ct)).SpotPriceHistory;
        history.Select(p => decimal.Parse(p.Price, CultureInfo.InvariantCulture)).ShouldBe([0.5m, 0.2682m]);
        request.StartTime = Clock.GetUtcNow().UtcDateTime;
        (await Ec2.DescribeSpotPriceHistoryAsync(request, Ct)).SpotPriceHistory.Single().Price.ShouldBe("0.500000");
        Cloud.Prices.Spot("g6.xlarge", "us-east-2a").ShouldBe(0.5m);
        Cloud.Prices.Spot("g6.xlarge", "us-east-2b").ShouldBe(0.2628m);
        Cloud.Prices.OnDemand("g6.xlarge", "us-east-2").ShouldBe(0.8048m);
    }

    [Fact]
    public async Task Spot_prices_come_in_pages()
    {
        DescribeSpotPriceHistoryRequest request = new() { StartTime = Start.UtcDateTime, MaxResults = 50 };
        List<string> rows = [];
        await foreach (
            var row in Ec2.Paginators.DescribeSpotPriceHistory(request).SpotPriceHistory.WithCancellation(Ct)
        )
        {
            rows.Add($"{row.InstanceType} {row.AvailabilityZone}");
        }

        rows.Count.ShouldBeGreaterThan(100);
        rows.Distinct().Count().ShouldBe(rows.Count);
    }

    [Theory]
    [InlineData("Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) ????????", "amazon", "x86_64")]
    [InlineData("Deep Learning ARM64 Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) ????????", "898082745236", "arm64")]
    [InlineData("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*", "099720109477", "x86_64")]
    public async Task Images_are_found_by_owner_and_name_in_several_builds(
        string name,
        string owner,
        string architecture
    )
    {
        var images = (
            await Ec2.DescribeImagesAsync(
                new()
                {
                    Owners = [owner],
                    Filters = [new("name", [name]), new("state", ["available"]), new("architecture", [architecture])],
                },
                Ct
            )
        ).Images;
        images.Count.ShouldBe(2);
        images.ShouldAllBe(i => i.Architecture == architecture && i.RootDeviceName == "/dev/sda1");
        images.Select(i => i.CreationDate).Distinct().Count().ShouldBe(2);
        var elsewhere = await Ec2In("us-west-2").DescribeImagesAsync(new() { Filters = [new("name", [name])] }, Ct);
        elsewhere.Images.Select(i => i.ImageId).ShouldNotContain(images[0].ImageId);
    }

    [Fact]
    public async Task Who_am_i_names_the_account()
    {
        var me = await Sts().GetCallerIdentityAsync(new(), Ct);
        me.Account.ShouldBe(Cloud.AccountId);
        me.Arn.ShouldContain(Cloud.AccountId);
    }
}
