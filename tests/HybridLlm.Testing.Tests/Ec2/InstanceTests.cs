using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class InstanceTests : CloudTests
{
    protected override void Configure(EmulatedCloudOptions options) => options.InstanceProfiles.Add("node");

    [Fact]
    public async Task An_instance_is_pending_then_running_after_the_boot_time()
    {
        var launched = await RunAsync();
        launched.State.Name.ShouldBe(InstanceStateName.Pending);
        Clock.Advance(TimeSpan.FromSeconds(14));
        (await SeeAsync(launched.InstanceId)).State.Name.ShouldBe(InstanceStateName.Pending);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var running = await SeeAsync(launched.InstanceId);
        running.State.Name.ShouldBe(InstanceStateName.Running);
        running.LaunchTime.ShouldBe(Start.UtcDateTime);
        running.PrivateIpAddress.ShouldBe("10.20.0.4");
        running.PublicIpAddress.ShouldBeNull();
        running.Placement.AvailabilityZone.ShouldBe("us-east-2a");
        running.Architecture.ShouldBe(ArchitectureValues.X86_64);
        running.InstanceLifecycle.ShouldBeNull();
    }

    [Fact]
    public async Task A_terminated_instance_stays_visible_for_an_hour_and_is_then_unknown()
    {
        var id = (await RunAsync()).InstanceId;
        Clock.Advance(TimeSpan.FromMinutes(1));
        var ended = (await TerminateAsync(id)).TerminatingInstances.Single();
        ended.PreviousState.Name.ShouldBe(InstanceStateName.Running);
        ended.CurrentState.Name.ShouldBe(InstanceStateName.ShuttingDown);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var seen = await SeeAsync(id);
        seen.State.Name.ShouldBe(InstanceStateName.Terminated);
        seen.StateReason.Code.ShouldBe("Client.UserInitiatedShutdown");
        seen.PrivateIpAddress.ShouldBeNull();
        (await TerminateAsync(id))
            .TerminatingInstances.Single()
            .CurrentState.Name.ShouldBe(InstanceStateName.Terminated);
        Clock.Advance(TimeSpan.FromMinutes(59));
        (await SeeAsync(id)).State.Name.ShouldBe(InstanceStateName.Terminated);
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await CodeOf(SeeAsync(id))).ShouldBe("InvalidInstanceID.NotFound");
    }

    [Fact]
    public async Task One_unknown_id_terminates_nothing()
    {
        var id = (await RunAsync()).InstanceId;
        (await CodeOf(TerminateAsync(id, "i-0123456789abcdef0"))).ShouldBe("InvalidInstanceID.NotFound");
        (await CodeOf(TerminateAsync("instance"))).ShouldBe("InvalidInstanceID.Malformed");
        (await SeeAsync(id)).State.Name.ShouldBe(InstanceStateName.Pending);
    }

    [Fact]
    public async Task Termination_protection_protects()
    {
        var id = (await RunAsync(r => r.DisableApiTermination = true)).InstanceId;
        (await CodeOf(TerminateAsync(id))).ShouldBe("OperationNotPermitted");
    }

    [Fact]
    public async Task The_root_volume_and_the_interface_vanish_with_the_instance_and_another_volume_stays()
    {
        var launched = await RunAsync(r =>
        {
            r.BlockDeviceMappings =
            [
                new()
                {
                    DeviceName = "/dev/sda1",
                    Ebs = new()
                    {
                        VolumeSize = 100,
                        Throughput = 250,
                        Encrypted = true,
                    },
                },
                new()
                {
                    DeviceName = "/dev/sdf",
                    Ebs = new() { VolumeSize = 50, DeleteOnTermination = false },
                },
            ];
            r.TagSpecifications =
            [
                new() { ResourceType = ResourceType.Volume, Tags = [new("kind", "disk")] },
                new() { ResourceType = ResourceType.NetworkInterface, Tags = [new("kind", "nic")] },
            ];
        });
        var volumes = (await Ec2.DescribeVolumesAsync(new(), Ct)).Volumes;
        volumes
            .Select(v => (v.Size, v.VolumeType.Value, v.Throughput, v.Encrypted, v.State.Value))
            .ShouldBe([(100, "gp3", 250, true, "in-use"), (50, "gp3", 125, false, "in-use")]);
        volumes.ShouldAllBe(v => v.Tags.Single().Value == "disk" && v.AvailabilityZone == "us-east-2a");
        var interfaces = await Ec2.DescribeNetworkInterfacesAsync(new() { Filters = [new("tag:kind", ["nic"])] }, Ct);
        interfaces.NetworkInterfaces.Single().Attachment.InstanceId.ShouldBe(launched.InstanceId);
        var inUse = Ec2.DeleteVolumeAsync(new DeleteVolumeRequest(volumes[0].VolumeId), Ct);
        (await CodeOf(inUse)).ShouldBe("VolumeInUse");
        await TerminateAsync(launched.InstanceId);
        (await Ec2.DescribeVolumesAsync(new(), Ct)).Volumes.Count.ShouldBe(2);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var left = (await Ec2.DescribeVolumesAsync(new(), Ct)).Volumes.Single();
        (left.Size, left.State.Value).ShouldBe((50, "available"));
        ((await Ec2.DescribeNetworkInterfacesAsync(new(), Ct)).NetworkInterfaces ?? []).ShouldBeEmpty();
        await Ec2.DeleteVolumeAsync(new DeleteVolumeRequest(left.VolumeId), Ct);
    }

    [Fact]
    public async Task User_data_comes_back_as_it_was_sent_and_is_limited_to_16_kb()
    {
        var sent = Convert.ToBase64String("#!/bin/sh\necho hello\n"u8);
        var id = (await RunAsync(r => r.UserData = sent)).InstanceId;
        var read = await Ec2.DescribeInstanceAttributeAsync(
            new() { InstanceId = id, Attribute = InstanceAttributeName.UserData },
            Ct
        );
        read.InstanceAttribute.UserData.ShouldBe(sent);
        var tooBig = RunAsync(r => r.UserData = Convert.ToBase64String(new byte[16385]));
        (await CodeOf(tooBig)).ShouldBe("InvalidUserData.Malformed");
    }

    [Fact]
    public async Task A_launch_that_cannot_be_meant_is_refused()
    {
        var network = await MakeNetworkAsync();
        var subnet = network.Subnets["us-east-2a"];
        (await CodeOf(Launch(r => r.InstanceType = "p9.huge"))).ShouldBe("InvalidParameterValue");
        (await CodeOf(Launch(r => r.InstanceType = "t4g.nano"))).ShouldBe("InvalidParameterValue");
        (await CodeOf(Launch(r => r.ImageId = "ami-0123456789abcdef0"))).ShouldBe("InvalidAMIID.NotFound");
        (await CodeOf(Launch(r => r.ImageId = "debian"))).ShouldBe("InvalidAMIID.Malformed");
        (await CodeOf(Launch(r => r.SubnetId = "subnet-0123456789abcdef0"))).ShouldBe("InvalidSubnetID.NotFound");
        (await CodeOf(Launch(r => r.KeyName = "mine"))).ShouldBe("InvalidKeyPair.NotFound");
        (await CodeOf(Launch(r => r.IamInstanceProfile = new() { Name = "nobody" }))).ShouldBe("InvalidParameterValue");
        (await CodeOf(Launch(r => r.SecurityGroupIds = ["sg-0123456789abcdef0"]))).ShouldBe("InvalidGroup.NotFound");
        var small = Launch(r =>
            r.BlockDeviceMappings = [
                new()
                {
                    DeviceName = "/dev/sda1",
                    Ebs = new() { VolumeSize = 8 },
                },
            ]
        );
        (await CodeOf(small)).ShouldBe("InvalidBlockDeviceMapping");
        var both = Launch(r =>
        {
            r.SubnetId = null;
            r.SecurityGroupIds = ["sg-0123456789abcdef0"];
            r.NetworkInterfaces = [new() { DeviceIndex = 0, SubnetId = subnet }];
        });
        (await CodeOf(both)).ShouldBe("InvalidParameterCombination");
        var elsewhere = Launch(r => r.Placement = new() { AvailabilityZone = "us-east-2b" });
        (await CodeOf(elsewhere)).ShouldBe("InvalidParameterCombination");
        Cloud.Instances.ShouldBeEmpty();
        await Launch(r => r.IamInstanceProfile = new() { Name = "node" });

        Task Launch(Action<RunInstancesRequest> change) =>
            RunAsync(r =>
            {
                r.SubnetId = subnet;
                change(r);
            });
    }

    [Fact]
    public async Task A_group_of_another_vpc_does_not_fit_the_subnet()
    {
        var one = await MakeNetworkAsync();
        var other = await Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.30.0.0/16" }, Ct);
        var groups = await Ec2.DescribeSecurityGroupsAsync(new() { Filters = [new("vpc-id", [other.Vpc.VpcId])] }, Ct);
        var call = RunAsync(r =>
        {
            r.SubnetId = one.Subnets["us-east-2a"];
            r.SecurityGroupIds = [groups.SecurityGroups.Single().GroupId];
        });
        (await CodeOf(call)).ShouldBe("InvalidParameter");
    }

    [Fact]
    public async Task Capacity_quota_and_addresses_limit_launches()
    {
        var network = await MakeNetworkAsync();
        Cloud.Capacity.Set("g6.xlarge", "us-east-2a", Market.OnDemand, 1);
        (await CodeOf(Launch(2, 2))).ShouldBe("InsufficientInstanceCapacity");
        (await Launch(1, 5)).Reservation.Instances.Count.ShouldBe(1);
        Cloud.Capacity.Free("g6.xlarge", "us-east-2a", Market.OnDemand).ShouldBe(0);
        (await CodeOf(Launch(1, 1))).ShouldBe("InsufficientInstanceCapacity");
        Cloud.Capacity.Set("g6.xlarge", "us-east-2a", Market.OnDemand, 100);
        Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.OnDemand, 11);
        (await Launch(1, 5)).Reservation.Instances.Count.ShouldBe(1);
        (await CodeOf(Launch(1, 1))).ShouldBe("VcpuLimitExceeded");
        await TerminateAsync([.. Cloud.Instances.Select(i => i.InstanceId)]);
        (await Launch(2, 2)).Reservation.Instances.Count.ShouldBe(2);
        Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.OnDemand, 10000);
        var tiny = await Ec2.CreateSubnetAsync(
            new CreateSubnetRequest
            {
                VpcId = network.VpcId,
                CidrBlock = "10.20.9.0/28",
                AvailabilityZone = "us-east-2b",
            },
            Ct
        );
        (await Launch(1, 99, tiny.Subnet.SubnetId)).Reservation.Instances.Count.ShouldBe(11);
        (await CodeOf(Launch(1, 1, tiny.Subnet.SubnetId))).ShouldBe("InsufficientFreeAddressesInSubnet");

        async Task<RunInstancesResponse> Launch(int least, int most, string? subnet = null) =>
            await Ec2.RunInstancesAsync(
                new()
                {
                    ImageId = await GpuImageAsync(),
                    InstanceType = "g6.xlarge",
                    MinCount = least,
                    MaxCount = most,
                    SubnetId = subnet ?? network.Subnets["us-east-2a"],
                },
                Ct
            );
    }

    [Fact]
    public async Task A_template_fills_in_what_the_call_leaves_out()
    {
        var network = await MakeNetworkAsync();
        await Ec2.CreateLaunchTemplateAsync(
            new()
            {
                LaunchTemplateName = "lighthouse",
                LaunchTemplateData = new()
                {
                    ImageId = await GpuImageAsync(),
                    InstanceType = "t3.micro",
                    InstanceInitiatedShutdownBehavior = ShutdownBehavior.Terminate,
                    MetadataOptions = new() { HttpTokens = LaunchTemplateHttpTokensState.Required },
                    TagSpecifications =
                    [
                        new()
                        {
                            ResourceType = ResourceType.Instance,
                            Tags = [new("a", "template"), new("b", "template")],
                        },
                        new() { ResourceType = ResourceType.Volume, Tags = [new("disk", "template")] },
                    ],
                    BlockDeviceMappings =
                    [
                        new()
                        {
                            DeviceName = "/dev/sda1",
                            Ebs = new() { VolumeSize = 80 },
                        },
                    ],
                },
            },
            Ct
        );
        var instance = await Ec2.RunInstancesAsync(
            new()
            {
                MinCount = 1,
                MaxCount = 1,
                InstanceType = "t3.small",
                SubnetId = network.Subnets["us-east-2c"],
                LaunchTemplate = new() { LaunchTemplateName = "lighthouse" },
                TagSpecifications = [new() { ResourceType = ResourceType.Instance, Tags = [new("a", "call")] }],
            },
            Ct
        );
        var seen = await SeeAsync(instance.Reservation.Instances.Single().InstanceId);
        seen.InstanceType.ShouldBe(InstanceType.T3Small);
        seen.MetadataOptions.HttpTokens.ShouldBe(HttpTokensState.Required);
        var tags = seen.Tags.ToDictionary(t => t.Key, t => t.Value);
        (tags["a"], tags["b"]).ShouldBe(("call", "template"));
        tags.ShouldContainKey("aws:ec2launchtemplate:id");
        seen.BlockDeviceMappings.Count.ShouldBe(1);
        var root = (await Ec2.DescribeVolumesAsync(new(), Ct)).Volumes.Single();
        (root.Size, root.Tags.Single().Key).ShouldBe((80, "disk"));
    }

    [Fact]
    public async Task Instances_are_listed_by_filters_and_in_pages_of_reservations()
    {
        var network = await MakeNetworkAsync();
        for (var i = 0; i < 3; i++)
        {
            await RunAsync(r => r.SubnetId = network.Subnets["us-east-2a"]);
        }

        var spot = await RunAsync(r => AsSpot(r).SubnetId = network.Subnets["us-east-2b"]);
        List<string> seen = [];
        var pages = Ec2.Paginators.DescribeInstances(new() { MaxResults = 2 });
        await foreach (var reservation in pages.Reservations.WithCancellation(Ct))
        {
            seen.AddRange(reservation.Instances.Select(i => i.InstanceId));
        }

        seen.Distinct().Count().ShouldBe(4);
        (await FilterAsync("instance-lifecycle", "spot")).ShouldBe([spot.InstanceId]);
        (await FilterAsync("availability-zone", "us-east-2b")).ShouldBe([spot.InstanceId]);
        (await FilterAsync("instance-state-name", "running")).ShouldBeEmpty();
        (await FilterAsync("instance-state-name", "pending", "running")).Count.ShouldBe(4);
        var both = Ec2.DescribeInstancesAsync(new() { MaxResults = 5, InstanceIds = [spot.InstanceId] }, Ct);
        (await CodeOf(both)).ShouldBe("InvalidParameterCombination");

        async Task<List<string>> FilterAsync(string name, params List<string> values)
        {
            var found = await Ec2.DescribeInstancesAsync(new() { Filters = [new(name, values)] }, Ct);
            return [.. (found.Reservations ?? []).SelectMany(r => r.Instances).Select(i => i.InstanceId)];
        }
    }

    [Fact]
    public async Task The_same_client_token_launches_once_and_shows_the_instance_of_now()
    {
        var network = await MakeNetworkAsync();
        var first = await RunAsync(Same);
        Clock.Advance(TimeSpan.FromSeconds(15));
        var second = await RunAsync(Same);
        second.InstanceId.ShouldBe(first.InstanceId);
        second.State.Name.ShouldBe(InstanceStateName.Running);
        second.ClientToken.ShouldBe("intent-1");
        var other = RunAsync(r =>
        {
            Same(r);
            r.InstanceType = "g6.4xlarge";
        });
        (await CodeOf(other)).ShouldBe("IdempotentParameterMismatch");
        Cloud.Instances.Count.ShouldBe(1);

        void Same(RunInstancesRequest request)
        {
            request.SubnetId = network.Subnets["us-east-2a"];
            request.ClientToken = "intent-1";
        }
    }

    [Fact]
    public async Task Status_checks_initialize_and_then_pass()
    {
        var id = (await RunAsync()).InstanceId;
        ((await Ec2.DescribeInstanceStatusAsync(new(), Ct)).InstanceStatuses ?? []).ShouldBeEmpty();
        var all = await Ec2.DescribeInstanceStatusAsync(new() { IncludeAllInstances = true }, Ct);
        all.InstanceStatuses.Single().Status.Status.ShouldBe(SummaryStatus.NotApplicable);
        Clock.Advance(TimeSpan.FromSeconds(15));
        (await StatusAsync()).ShouldBe(SummaryStatus.Initializing);
        Clock.Advance(TimeSpan.FromMinutes(2));
        (await StatusAsync()).ShouldBe(SummaryStatus.Ok);

        async Task<SummaryStatus> StatusAsync() =>
            (await Ec2.DescribeInstanceStatusAsync(new() { InstanceIds = [id] }, Ct))
                .InstanceStatuses.Single()
                .Status.Status;
    }

    [Fact]
    public async Task An_on_demand_instance_stops_and_starts_again_with_another_automatic_address()
    {
        var network = await MakeNetworkAsync();
        await Ec2.ModifySubnetAttributeAsync(
            new() { SubnetId = network.Subnets["us-east-2a"], MapPublicIpOnLaunch = true },
            Ct
        );
        var id = (await RunAsync(r => r.SubnetId = network.Subnets["us-east-2a"])).InstanceId;
        Clock.Advance(TimeSpan.FromSeconds(15));
        var first = await SeeAsync(id);
        await Ec2.StopInstancesAsync(new() { InstanceIds = [id] }, Ct);
        (await SeeAsync(id)).State.Name.ShouldBe(InstanceStateName.Stopping);
        Clock.Advance(TimeSpan.FromSeconds(30));
        (await SeeAsync(id)).State.Name.ShouldBe(InstanceStateName.Stopped);
        (await SeeAsync(id)).PublicIpAddress.ShouldBeNull();
        await Ec2.StartInstancesAsync(new() { InstanceIds = [id] }, Ct);
        Clock.Advance(TimeSpan.FromSeconds(15));
        var second = await SeeAsync(id);
        second.State.Name.ShouldBe(InstanceStateName.Running);
        second.PrivateIpAddress.ShouldBe(first.PrivateIpAddress);
        second.PublicIpAddress.ShouldNotBe(first.PublicIpAddress);
        second.LaunchTime!.Value.ShouldBeGreaterThan(first.LaunchTime!.Value);
    }

    [Fact]
    public async Task Metadata_options_can_be_changed_later()
    {
        var id = (await RunAsync()).InstanceId;
        await Ec2.ModifyInstanceMetadataOptionsAsync(
            new()
            {
                InstanceId = id,
                HttpTokens = HttpTokensState.Required,
                HttpPutResponseHopLimit = 2,
            },
            Ct
        );
        var options = (await SeeAsync(id)).MetadataOptions;
        (options.HttpTokens, options.HttpPutResponseHopLimit).ShouldBe((HttpTokensState.Required, 2));
    }

    private Task<TerminateInstancesResponse> TerminateAsync(params List<string> ids) =>
        Ec2.TerminateInstancesAsync(new() { InstanceIds = ids }, Ct);
}
