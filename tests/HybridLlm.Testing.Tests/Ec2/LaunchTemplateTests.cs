using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class LaunchTemplateTests : CloudTests
{
    [Fact]
    public async Task A_template_keeps_everything_it_was_given()
    {
        RequestLaunchTemplateData given = new()
        {
            ImageId = await GpuImageAsync(),
            InstanceType = "g6.xlarge",
            UserData = Convert.ToBase64String("boot"u8),
            InstanceInitiatedShutdownBehavior = ShutdownBehavior.Terminate,
            EbsOptimized = true,
            SecurityGroupIds = ["sg-0123456789abcdef0"],
            BlockDeviceMappings =
            [
                new()
                {
                    DeviceName = "/dev/sda1",
                    Ebs = new()
                    {
                        VolumeSize = 100,
                        VolumeType = VolumeType.Gp3,
                        Throughput = 250,
                        Iops = 4000,
                        Encrypted = true,
                        DeleteOnTermination = true,
                    },
                },
            ],
            MetadataOptions = new()
            {
                HttpTokens = LaunchTemplateHttpTokensState.Required,
                HttpPutResponseHopLimit = 1,
                InstanceMetadataTags = LaunchTemplateInstanceMetadataTagsState.Enabled,
            },
            TagSpecifications = [new() { ResourceType = ResourceType.Volume, Tags = [new("a", "b")] }],
        };
        var template = await CreateAsync("gpu", given);
        var versions = await Ec2.DescribeLaunchTemplateVersionsAsync(
            new() { LaunchTemplateId = template.LaunchTemplateId, Versions = ["$Default"] },
            Ct
        );
        var kept = versions.LaunchTemplateVersions.Single().LaunchTemplateData;
        kept.ImageId.ShouldBe(given.ImageId);
        kept.UserData.ShouldBe(given.UserData);
        kept.InstanceInitiatedShutdownBehavior.ShouldBe(ShutdownBehavior.Terminate);
        kept.EbsOptimized.ShouldBe(true);
        kept.SecurityGroupIds.ShouldBe(given.SecurityGroupIds);
        var ebs = kept.BlockDeviceMappings.Single().Ebs;
        (ebs.VolumeSize, ebs.Throughput, ebs.Iops, ebs.Encrypted).ShouldBe((100, 250, 4000, true));
        kept.MetadataOptions.HttpTokens.ShouldBe(LaunchTemplateHttpTokensState.Required);
        kept.TagSpecifications.Single().Tags.Single().Value.ShouldBe("b");
    }

    [Fact]
    public async Task Versions_are_numbered_deleted_and_never_numbered_again()
    {
        var id = (await CreateAsync("gpu", Data("one"))).LaunchTemplateId;
        (await VersionAsync("two")).VersionNumber.ShouldBe(2);
        (await VersionAsync("three")).VersionNumber.ShouldBe(3);
        var deleted = await Ec2.DeleteLaunchTemplateVersionsAsync(
            new() { LaunchTemplateId = id, Versions = ["1", "3", "9"] },
            Ct
        );
        deleted.SuccessfullyDeletedLaunchTemplateVersions.Single().VersionNumber.ShouldBe(3);
        deleted
            .UnsuccessfullyDeletedLaunchTemplateVersions.Select(v => v.ResponseError.Code.Value)
            .ShouldBe(["unexpectedError", "launchTemplateVersionDoesNotExist"]);
        (await VersionAsync("four")).VersionNumber.ShouldBe(4);
        await Ec2.ModifyLaunchTemplateAsync(new() { LaunchTemplateId = id, DefaultVersion = "2" }, Ct);
        var template = (
            await Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateNames = ["gpu"] }, Ct)
        ).LaunchTemplates.Single();
        (template.DefaultVersionNumber, template.LatestVersionNumber).ShouldBe((2, 4));
        await Ec2.DeleteLaunchTemplateVersionsAsync(new() { LaunchTemplateId = id, Versions = ["1"] }, Ct);
        var left = await Ec2.DescribeLaunchTemplateVersionsAsync(new() { LaunchTemplateId = id }, Ct);
        left.LaunchTemplateVersions.Select(v => v.VersionNumber).ShouldBe([4, 2]);
        var unknown = Ec2.DescribeLaunchTemplateVersionsAsync(new() { LaunchTemplateId = id, Versions = ["3"] }, Ct);
        (await CodeOf(unknown)).ShouldBe("InvalidLaunchTemplateId.VersionNotFound");

        async Task<LaunchTemplateVersion> VersionAsync(string text) =>
            (
                await Ec2.CreateLaunchTemplateVersionAsync(
                    new()
                    {
                        LaunchTemplateId = id,
                        SourceVersion = "1",
                        LaunchTemplateData = Data(text),
                    },
                    Ct
                )
            ).LaunchTemplateVersion;
    }

    [Fact]
    public async Task The_same_client_token_gives_the_original_and_the_same_name_does_not()
    {
        var first = await CreateAsync("gpu", Data("one"), "token");
        var second = await CreateAsync("gpu", Data("one"), "token");
        second.LaunchTemplateId.ShouldBe(first.LaunchTemplateId);
        (await CodeOf(CreateAsync("gpu", Data("two"), "token"))).ShouldBe("IdempotentParameterMismatch");
        (await CodeOf(CreateAsync("gpu", Data("one"), "other"))).ShouldBe(
            "InvalidLaunchTemplateName.AlreadyExistsException"
        );
        await Ec2.DeleteLaunchTemplateAsync(new() { LaunchTemplateName = "gpu" }, Ct);
        var gone = Ec2.DescribeLaunchTemplatesAsync(new() { LaunchTemplateNames = ["gpu"] }, Ct);
        (await CodeOf(gone)).ShouldBe("InvalidLaunchTemplateName.NotFoundException");
    }

    [Fact]
    public async Task A_version_takes_over_what_its_source_says()
    {
        var id = (await CreateAsync("gpu", Data("one"))).LaunchTemplateId;
        await Ec2.CreateLaunchTemplateVersionAsync(
            new()
            {
                LaunchTemplateId = id,
                SourceVersion = "$Latest",
                LaunchTemplateData = new() { InstanceType = "g6.xlarge" },
            },
            Ct
        );
        var latest = await Ec2.DescribeLaunchTemplateVersionsAsync(
            new() { LaunchTemplateId = id, Versions = ["$Latest"] },
            Ct
        );
        var data = latest.LaunchTemplateVersions.Single().LaunchTemplateData;
        data.InstanceType.ShouldBe(InstanceType.G6Xlarge);
        data.UserData.ShouldBe(Convert.ToBase64String("one"u8));
    }

    [Fact]
    public async Task User_data_over_16_kb_is_refused_and_16_kb_is_not()
    {
        await CreateAsync("fits", new() { UserData = Convert.ToBase64String(new byte[16384]) });
        var tooBig = CreateAsync("too-big", new() { UserData = Convert.ToBase64String(new byte[16385]) });
        (await CodeOf(tooBig)).ShouldBe("InvalidUserData.Malformed");
        (await CodeOf(CreateAsync("broken", new() { UserData = "no base64!" }))).ShouldBe("InvalidUserData.Malformed");
    }

    private static RequestLaunchTemplateData Data(string userData) =>
        new() { UserData = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(userData)) };

    private async Task<LaunchTemplate> CreateAsync(string name, RequestLaunchTemplateData data, string? token = null) =>
        (
            await Ec2.CreateLaunchTemplateAsync(
                new()
                {
                    LaunchTemplateName = name,
                    LaunchTemplateData = data,
                    ClientToken = token,
                },
                Ct
            )
        ).LaunchTemplate;
}
