using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class FleetTests : CloudTests
{
    [Fact]
    public async Task The_cheapest_pool_wins_wherever_it_stands_in_the_request()
    {
        var network = await MakeNetworkAsync();
        var overrides = Pools(
            network,
            ("g6.8xlarge", "us-east-2a"),
            ("g6.xlarge", "us-east-2a"),
            ("g6.xlarge", "us-east-2c")
        );
        var answer = await FleetAsync(overrides);
        var launched = answer.Instances.Single();
        launched.InstanceType.ShouldBe(InstanceType.G6Xlarge);
        launched.Lifecycle.ShouldBe(InstanceLifecycle.Spot);
        launched.LaunchTemplateAndOverrides.Overrides.SubnetId.ShouldBe(network.Subnets["us-east-2c"]);
        launched.LaunchTemplateAndOverrides.Overrides.AvailabilityZone.ShouldBe("us-east-2c");
        (answer.Errors ?? []).ShouldBeEmpty();
        var seen = await SeeAsync(launched.InstanceIds.Single());
        seen.InstanceLifecycle.ShouldBe(InstanceLifecycleType.Spot);
        seen.Placement.AvailabilityZone.ShouldBe("us-east-2c");
    }

    [Fact]
    public async Task Price_capacity_optimized_prefers_a_pool_that_can_hold_the_whole_target()
    {
        var network = await MakeNetworkAsync();
        Cloud.Capacity.Set("g6.xlarge", "us-east-2c", Market.Spot, 1);
        var overrides = Pools(network, ("g6.xlarge", "us-east-2c"), ("g6.xlarge", "us-east-2a"));
        var answer = await FleetAsync(overrides, r => r.TargetCapacitySpecification.TotalTargetCapacity = 2);
        var launched = answer.Instances.Single();
        launched.InstanceIds.Count.ShouldBe(2);
        launched.LaunchTemplateAndOverrides.Overrides.AvailabilityZone.ShouldBe("us-east-2a");
    }

    [Fact]
    public async Task Capacity_optimized_prioritized_follows_the_priorities_among_deep_pools()
    {
        var network = await MakeNetworkAsync();
        var overrides = Pools(
            network,
            ("g6.xlarge", "us-east-2c"),
            ("g6.4xlarge", "us-east-2a"),
            ("g6.8xlarge", "us-east-2b")
        );
        (overrides[0].Priority, overrides[1].Priority, overrides[2].Priority) = (3, 2, 1);
        Cloud.Capacity.Set("g6.8xlarge", "us-east-2b", Market.Spot, 0);
        var answer = await FleetAsync(
            overrides,
            r => r.SpotOptions.AllocationStrategy = SpotAllocationStrategy.CapacityOptimizedPrioritized
        );
        answer.Instances.Single().InstanceType.ShouldBe(InstanceType.G64xlarge);
    }

    [Fact]
    public async Task Diversified_spreads_over_all_pools()
    {
        var network = await MakeNetworkAsync();
        var overrides = Pools(
            network,
            ("g6.xlarge", "us-east-2a"),
            ("g6.xlarge", "us-east-2b"),
            ("g6.xlarge", "us-east-2c")
        );
        var answer = await FleetAsync(
            overrides,
            r =>
            {
                r.SpotOptions.AllocationStrategy = SpotAllocationStrategy.Diversified;
                r.TargetCapacitySpecification.TotalTargetCapacity = 3;
            }
        );
        answer.Instances.Select(i => i.InstanceIds.Count).ShouldBe([1, 1, 1]);
    }

    [Fact]
    public async Task An_empty_pool_is_an_error_beside_the_success_of_another()
    {
        var network = await MakeNetworkAsync();
        Cloud.Capacity.Set("g6.xlarge", "us-east-2c", Market.Spot, 0);
        var answer = await FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a"), ("g6.xlarge", "us-east-2c")));
        answer.Instances.Single().LaunchTemplateAndOverrides.Overrides.AvailabilityZone.ShouldBe("us-east-2a");
        var error = answer.Errors.Single();
        error.ErrorCode.ShouldBe("InsufficientInstanceCapacity");
        error.Lifecycle.ShouldBe(InstanceLifecycle.Spot);
        error.LaunchTemplateAndOverrides.Overrides.AvailabilityZone.ShouldBe("us-east-2c");
        error.LaunchTemplateAndOverrides.Overrides.InstanceType.ShouldBe(InstanceType.G6Xlarge);
    }

    [Fact]
    public async Task Without_capacity_anywhere_the_answer_is_a_success_with_no_instance_and_an_error_for_each_pool()
    {
        var network = await MakeNetworkAsync();
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        var answer = await FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a"), ("g6.xlarge", "us-east-2c")));
        ((int)answer.HttpStatusCode).ShouldBe(200);
        (answer.Instances ?? []).ShouldBeEmpty();
        answer
            .Errors.Select(e => e.ErrorCode)
            .ShouldBe(["InsufficientInstanceCapacity", "InsufficientInstanceCapacity"]);
        answer.FleetId.ShouldStartWith("fleet-");
    }

    [Fact]
    public async Task A_partly_filled_target_says_how_much_and_why()
    {
        var network = await MakeNetworkAsync();
        Cloud.Capacity.Set("g6.xlarge", "us-east-2a", Market.Spot, 2);
        var answer = await FleetAsync(
            Pools(network, ("g6.xlarge", "us-east-2a")),
            r => r.TargetCapacitySpecification.TotalTargetCapacity = 3
        );
        answer.Instances.Single().InstanceIds.Count.ShouldBe(2);
        answer.Errors.Single().ErrorCode.ShouldBe("InsufficientInstanceCapacity");
    }

    [Fact]
    public async Task A_pool_dearer_than_the_maximum_price_is_refused()
    {
        var network = await MakeNetworkAsync();
        var overrides = Pools(network, ("g6.xlarge", "us-east-2a"), ("g6.xlarge", "us-east-2c"));
        overrides.ForEach(o => o.MaxPrice = "0.26");
        var answer = await FleetAsync(overrides);
        answer.Instances.Single().LaunchTemplateAndOverrides.Overrides.AvailabilityZone.ShouldBe("us-east-2c");
        overrides.ForEach(o => o.MaxPrice = "0.10");
        var refused = await FleetAsync(overrides);
        (refused.Instances ?? []).ShouldBeEmpty();
        refused.Errors.ShouldAllBe(e => e.ErrorCode == "SpotMaxPriceTooLow");
    }

    [Fact]
    public async Task Quotas_are_errors_of_the_pools()
    {
        var network = await MakeNetworkAsync();
        Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.Spot, 3);
        Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.OnDemand, 3);
        var overrides = Pools(network, ("g6.xlarge", "us-east-2a"));
        var spot = await FleetAsync(overrides);
        spot.Errors.Single().ErrorCode.ShouldBe("MaxSpotInstanceCountExceeded");
        var onDemand = await FleetAsync(overrides, AsOnDemand);
        onDemand.Errors.Single().ErrorCode.ShouldBe("VcpuLimitExceeded");
        onDemand.Errors.Single().Lifecycle.ShouldBe(InstanceLifecycle.OnDemand);
    }

    [Fact]
    public async Task A_type_that_the_zone_does_not_offer_is_an_error_of_its_pool()
    {
        var ec2 = Ec2In("us-east-1");
        var network = await MakeNetworkAsync("us-east-1");
        var template = await TemplateAsync(ec2, await GpuImageAsync("us-east-1"));
        var answer = await ec2.CreateFleetAsync(
            Request(template, Pools(network, ("g6.xlarge", "us-east-1e"), ("g6.xlarge", "us-east-1a"))),
            Ct
        );
        answer.Instances.Count.ShouldBe(1);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        var none = await ec2.CreateFleetAsync(Request(template, Pools(network, ("g6.xlarge", "us-east-1e"))), Ct);
        none.Errors.Single().ErrorCode.ShouldBe("InvalidFleetConfiguration");
    }

    [Fact]
    public async Task A_type_that_does_not_exist_is_an_error_of_its_pool()
    {
        var network = await MakeNetworkAsync();
        var answer = await FleetAsync(Pools(network, ("p9.huge", "us-east-2a"), ("g6.xlarge", "us-east-2a")));
        answer.Instances.Single().InstanceType.ShouldBe(InstanceType.G6Xlarge);
        answer.Errors.Single().ErrorCode.ShouldBe("InvalidParameterValue");
    }

    [Fact]
    public async Task On_demand_instances_have_no_spot_request()
    {
        var network = await MakeNetworkAsync();
        var answer = await FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a")), AsOnDemand);
        var seen = await SeeAsync(answer.Instances.Single().InstanceIds.Single());
        seen.InstanceLifecycle.ShouldBeNull();
        seen.SpotInstanceRequestId.ShouldBeNull();
        var requests = await Ec2.DescribeSpotInstanceRequestsAsync(new DescribeSpotInstanceRequestsRequest(), Ct);
        (requests.SpotInstanceRequests ?? []).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_request_replaces_the_template_s_user_data()
    {
        var network = await MakeNetworkAsync();
        var answer = await FleetAsync(
            Pools(network, ("g6.xlarge", "us-east-2a")),
            r =>
                r.LaunchTemplateConfigs[0].LaunchTemplateSpecification.LaunchTemplateSpecificationUserData =
                    Convert.ToBase64String("per wake"u8)
        );
        (await UserDataAsync(answer)).ShouldBe(Convert.ToBase64String("per wake"u8));
        var plain = await FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a")));
        (await UserDataAsync(plain)).ShouldBe(Convert.ToBase64String("template"u8));
    }

    [Fact]
    public async Task Instances_carry_the_tags_of_the_call_of_the_template_and_of_ec2()
    {
        var network = await MakeNetworkAsync();
        var answer = await FleetAsync(
            Pools(network, ("g6.xlarge", "us-east-2a")),
            r =>
                r.TagSpecifications = [
                    new() { ResourceType = ResourceType.Instance, Tags = [new("role", "gpu")] },
                    new() { ResourceType = ResourceType.Volume, Tags = [new("disk", "root")] },
                    new() { ResourceType = ResourceType.Fleet, Tags = [new("fleet", "one")] },
                ]
        );
        var seen = await SeeAsync(answer.Instances.Single().InstanceIds.Single());
        var tags = seen.Tags.ToDictionary(t => t.Key, t => t.Value);
        tags["role"].ShouldBe("gpu");
        tags["from-template"].ShouldBe("yes");
        tags["aws:ec2:fleet-id"].ShouldBe(answer.FleetId);
        tags["aws:ec2launchtemplate:version"].ShouldBe("1");
        tags["aws:ec2launchtemplate:id"].ShouldStartWith("lt-");
        var volume = seen.BlockDeviceMappings.Single().Ebs.VolumeId;
        var volumes = await Ec2.DescribeVolumesAsync(new DescribeVolumesRequest { VolumeIds = [volume] }, Ct);
        volumes.Volumes.Single().Tags.Single().Key.ShouldBe("disk");
        var fleetTags = await Ec2.DescribeTagsAsync(
            new DescribeTagsRequest { Filters = [new("resource-type", ["fleet"])] },
            Ct
        );
        fleetTags.Tags.Single().ResourceId.ShouldBe(answer.FleetId);
    }

    [Fact]
    public async Task The_template_s_metadata_options_hold_on_the_instance()
    {
        var network = await MakeNetworkAsync();
        var answer = await FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a")));
        var options = (await SeeAsync(answer.Instances.Single().InstanceIds.Single())).MetadataOptions;
        options.HttpTokens.ShouldBe(HttpTokensState.Required);
        options.HttpPutResponseHopLimit.ShouldBe(1);
        options.InstanceMetadataTags.ShouldBe(InstanceMetadataTagsState.Enabled);
    }

    [Fact]
    public async Task A_tag_key_that_the_metadata_service_cannot_show_makes_the_launch_fail()
    {
        var network = await MakeNetworkAsync();
        var answer = await FleetAsync(
            Pools(network, ("g6.xlarge", "us-east-2a")),
            r =>
                r.TagSpecifications = [
                    new() { ResourceType = ResourceType.Instance, Tags = [new("kubernetes.io/cluster/x", "owned")] },
                ]
        );
        (answer.Instances ?? []).ShouldBeEmpty();
        answer.Errors.Single().ErrorCode.ShouldBe("InvalidParameterValue");
    }

    [Fact]
    public async Task The_same_client_token_launches_once_and_other_parameters_under_it_are_refused()
    {
        var network = await MakeNetworkAsync();
        var overrides = Pools(network, ("g6.xlarge", "us-east-2a"));
        var first = await FleetAsync(overrides, r => r.ClientToken = "wake-1");
        var second = await FleetAsync(overrides, r => r.ClientToken = "wake-1");
        second.FleetId.ShouldBe(first.FleetId);
        second.Instances.Single().InstanceIds.ShouldBe(first.Instances.Single().InstanceIds);
        Cloud.Instances.Count.ShouldBe(1);
        var changed = FleetAsync(
            overrides,
            r =>
            {
                r.ClientToken = "wake-1";
                r.TargetCapacitySpecification.TotalTargetCapacity = 2;
            }
        );
        (await CodeOf(changed)).ShouldBe("IdempotentParameterMismatch");
        var byToken = await Ec2.DescribeInstancesAsync(
            new DescribeInstancesRequest { Filters = [new("client-token", ["wake-1"])] },
            Ct
        );
        byToken
            .Reservations.Single()
            .Instances.Single()
            .InstanceId.ShouldBe(first.Instances.Single().InstanceIds.Single());
    }

    [Fact]
    public async Task An_instant_fleet_is_shown_by_its_id_only()
    {
        var network = await MakeNetworkAsync();
        var id = (await FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a")))).FleetId;
        var all = await Ec2.DescribeFleetsAsync(new DescribeFleetsRequest(), Ct);
        (all.Fleets ?? []).ShouldBeEmpty();
        var fleet = (await Ec2.DescribeFleetsAsync(new DescribeFleetsRequest { FleetIds = [id] }, Ct)).Fleets.Single();
        fleet.FleetState.ShouldBe(FleetStateCode.Active);
        fleet.FulfilledCapacity.ShouldBe(1);
        fleet.Instances.Single().InstanceIds.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Deleting_an_instant_fleet_terminates_its_instances()
    {
        var network = await MakeNetworkAsync();
        var fleet = await FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a")));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var kept = Ec2.DeleteFleetsAsync(
            new DeleteFleetsRequest { FleetIds = [fleet.FleetId], TerminateInstances = false },
            Ct
        );
        (await CodeOf(kept)).ShouldBe("InvalidParameterValue");
        var deleted = await Ec2.DeleteFleetsAsync(
            new DeleteFleetsRequest
            {
                FleetIds = [fleet.FleetId, "fleet-0123456789abcdef0"],
                TerminateInstances = true,
            },
            Ct
        );
        deleted.SuccessfulFleetDeletions.Single().CurrentFleetState.ShouldBe(FleetStateCode.Deleted_terminating);
        deleted.UnsuccessfulFleetDeletions.Single().Error.Code.ShouldBe(DeleteFleetErrorCode.FleetIdDoesNotExist);
        Clock.Advance(TimeSpan.FromMinutes(1));
        var seen = await Ec2.DescribeFleetsAsync(new DescribeFleetsRequest { FleetIds = [fleet.FleetId] }, Ct);
        seen.Fleets.Single().FleetState.ShouldBe(FleetStateCode.Deleted);
        Cloud.Instances.Single().State.ShouldBe("terminated");
    }

    [Fact]
    public async Task An_unknown_template_fails_the_whole_call()
    {
        var network = await MakeNetworkAsync();
        var request = Request("lt-0123456789abcdef0", Pools(network, ("g6.xlarge", "us-east-2a")));
        (await CodeOf(Ec2.CreateFleetAsync(request, Ct))).ShouldBe("InvalidLaunchTemplateId.NotFound");
    }

    [Fact]
    public async Task The_same_pool_twice_is_refused()
    {
        var network = await MakeNetworkAsync();
        var call = FleetAsync(Pools(network, ("g6.xlarge", "us-east-2a"), ("g6.xlarge", "us-east-2a")));
        (await CodeOf(call)).ShouldBe("InvalidFleetConfiguration");
    }

    private static List<FleetLaunchTemplateOverridesRequest> Pools(
        Network network,
        params (string Type, string Zone)[] pools
    ) =>
        [
            .. pools.Select(p => new FleetLaunchTemplateOverridesRequest
            {
                InstanceType = p.Type,
                SubnetId = network.Subnets[p.Zone],
            }),
        ];

    private static CreateFleetRequest Request(string template, List<FleetLaunchTemplateOverridesRequest> overrides) =>
        new()
        {
            Type = FleetType.Instant,
            LaunchTemplateConfigs =
            [
                new()
                {
                    LaunchTemplateSpecification = new() { LaunchTemplateId = template, Version = "$Default" },
                    Overrides = overrides,
                },
            ],
            TargetCapacitySpecification = new()
            {
                TotalTargetCapacity = 1,
                DefaultTargetCapacityType = DefaultTargetCapacityType.Spot,
            },
            SpotOptions = new() { AllocationStrategy = SpotAllocationStrategy.PriceCapacityOptimized },
        };

    private static void AsOnDemand(CreateFleetRequest request) =>
        request.TargetCapacitySpecification.DefaultTargetCapacityType = DefaultTargetCapacityType.OnDemand;

    private static async Task<string> TemplateAsync(AmazonEC2Client ec2, string image)
    {
        var name = $"gpu-{Guid.NewGuid():n}";
        RequestLaunchTemplateData data = new()
        {
            ImageId = image,
            InstanceInitiatedShutdownBehavior = ShutdownBehavior.Terminate,
            UserData = Convert.ToBase64String("template"u8),
            MetadataOptions = new()
            {
                HttpTokens = LaunchTemplateHttpTokensState.Required,
                HttpPutResponseHopLimit = 1,
                InstanceMetadataTags = LaunchTemplateInstanceMetadataTagsState.Enabled,
            },
            TagSpecifications = [new() { ResourceType = ResourceType.Instance, Tags = [new("from-template", "yes")] }],
        };
        var created = await ec2.CreateLaunchTemplateAsync(
            new CreateLaunchTemplateRequest { LaunchTemplateName = name, LaunchTemplateData = data },
            Ct
        );
        return created.LaunchTemplate.LaunchTemplateId;
    }

    private async Task<CreateFleetResponse> FleetAsync(
        List<FleetLaunchTemplateOverridesRequest> overrides,
        Action<CreateFleetRequest>? change = null
    )
    {
        _template ??= await TemplateAsync(Ec2, await GpuImageAsync());
        var request = Request(_template, overrides);
        change?.Invoke(request);
        return await Ec2.CreateFleetAsync(request, Ct);
    }

    private async Task<string> UserDataAsync(CreateFleetResponse fleet)
    {
        var read = await Ec2.DescribeInstanceAttributeAsync(
            new DescribeInstanceAttributeRequest
            {
                InstanceId = fleet.Instances.Single().InstanceIds.Single(),
                Attribute = InstanceAttributeName.UserData,
            },
            Ct
        );
        return read.InstanceAttribute.UserData;
    }

    private string? _template;
}
