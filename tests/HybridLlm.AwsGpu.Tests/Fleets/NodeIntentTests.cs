using HybridLlm.AwsGpu.Fleets;

namespace HybridLlm.AwsGpu.Tests.Fleets;

public sealed class NodeIntentTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly NodeIntent s_intent = new()
    {
        Owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.Empty },
        PlanId = "p1",
        Id = "wake-1",
        Region = "us-east-1",
        Pools = [new NodePool("g6.xlarge", "subnet-1", "use1-az1")],
        MaxHourlyPrice = 0.5m,
        Image = new MachineImage
        {
            Id = "ami-1",
            Name = "image",
            Architecture = CpuArchitecture.X64,
            RootDevice = "/dev/sda1",
            RootVolumeGiB = 75,
        },
        SecurityGroupId = "sg-1",
        UserData = new byte[UserData.MaxBytes],
        LeaseUntil = s_now.AddMinutes(10),
        ExpiresAt = s_now.AddHours(8),
    };

    [Fact]
    public void The_largest_user_data_is_taken_and_one_byte_more_refused()
    {
        Should.NotThrow(s_intent.Validate);
        Should
            .Throw<InvalidSpecException>((s_intent with { UserData = new byte[UserData.MaxBytes + 1] }).Validate)
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("16385 bytes");
    }

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var intent = s_intent with
        {
            PlanId = "",
            Id = "wake 1",
            Attempt = 0,
            Pools = [],
            MaxHourlyPrice = 0,
            UserData = default,
            LeaseUntil = s_now.AddHours(9),
            RootVolumeGiB = 0,
        };

        Should.Throw<InvalidSpecException>(intent.Validate).Faults.Count.ShouldBe(8);
    }
}
