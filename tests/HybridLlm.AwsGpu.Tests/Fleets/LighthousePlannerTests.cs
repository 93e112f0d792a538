using HybridLlm.AwsGpu.Fleets;

namespace HybridLlm.AwsGpu.Tests.Fleets;

public sealed class LighthousePlannerTests
{
    private static readonly LighthouseSpec s_spec = new()
    {
        Owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.Empty },
        PlanId = "p1",
        IntentId = "lighthouse-1",
        Region = "us-east-1",
        SubnetId = "subnet-1",
        SecurityGroupId = "sg-1",
        Image = new MachineImage
        {
            Id = "ami-1",
            Name = "image",
            Architecture = CpuArchitecture.Arm64,
            RootDevice = "/dev/sda1",
            RootVolumeGiB = 8,
        },
    };

    private static readonly InstanceStatus s_instance = new()
    {
        InstanceId = "i-1",
        InstanceType = "t4g.nano",
        ImageId = "ami-1",
        Component = ResourceComponents.Lighthouse,
        Phase = InstancePhase.Running,
        ZoneName = "us-east-1a",
        LaunchedAt = DateTimeOffset.UnixEpoch,
    };

    public static TheoryData<string?, string?, string?, LighthouseStep[]> Cases =>
        new()
        {
            {
                null,
                null,
                null,
                [LighthouseStep.AllocateAddress, LighthouseStep.LaunchInstance, LighthouseStep.AssociateAddress]
            },
            { null, "eip-1", null, [LighthouseStep.LaunchInstance, LighthouseStep.AssociateAddress] },
            { null, "eip-1", "i-gone", [LighthouseStep.LaunchInstance, LighthouseStep.AssociateAddress] },
            { "i-1", null, null, [LighthouseStep.AllocateAddress, LighthouseStep.AssociateAddress] },
            { "i-1", "eip-1", null, [LighthouseStep.AssociateAddress] },
            { "i-1", "eip-1", "i-gone", [LighthouseStep.AssociateAddress] },
            { "i-1", "eip-1", "i-1", [] },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_missing_is_planned(string? instance, string? address, string? holder, LighthouseStep[] steps)
    {
        LighthouseFacts facts = new(
            instance is null ? null : s_instance with { InstanceId = instance },
            [],
            address is null ? null : new AddressFact(address, "203.0.113.1", holder)
        );

        var plan = LighthousePlanner.Plan(s_spec, facts);

        plan.Steps.ShouldBe(steps);
        plan.Launches.ShouldBe(instance is null);
    }

    [Theory]
    [InlineData(null, 5.0, false)]
    [InlineData(4.9, 5.0, false)]
    [InlineData(5.0, 5.0, true)]
    [InlineData(60.0, null, false)]
    public void One_that_runs_and_fails_its_checks_is_replaced_when_that_lasts(
        double? impairedMinutes,
        double? patienceMinutes,
        bool replaced
    )
    {
        LighthouseFacts facts = new(s_instance, [], new AddressFact("eip-1", "203.0.113.1", s_instance.InstanceId))
        {
            ImpairedFor = Minutes(impairedMinutes),
        };

        var plan = LighthousePlanner.Plan(s_spec with { ReplaceWhenImpairedFor = Minutes(patienceMinutes) }, facts);

        LighthouseStep[] replacement =
        [
            LighthouseStep.EndImpaired,
            LighthouseStep.LaunchInstance,
            LighthouseStep.AssociateAddress,
        ];
        plan.Steps.ShouldBe(replaced ? replacement : []);

        static TimeSpan? Minutes(double? minutes) => minutes is { } some ? TimeSpan.FromMinutes(some) : null;
    }

    [Theory]
    [InlineData(CpuArchitecture.Arm64, "t4g.nano")]
    [InlineData(CpuArchitecture.X64, "t3.micro")]
    public void The_cheapest_type_of_the_images_architecture_is_taken(CpuArchitecture architecture, string type) =>
        (s_spec with { Image = s_spec.Image with { Architecture = architecture } }).EffectiveInstanceType.ShouldBe(
            type
        );
}
