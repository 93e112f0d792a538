using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>
/// The cluster's launch template: a default version that is safe to launch from by hand, and one version per node intent
/// that lives only as long as the launch, because it holds that node's user data. Nodes whose user data travels in the launch
/// request share a version.
/// </summary>
internal sealed class NodeTemplate(AwsClients clients, ResourceOwner owner, string region)
{
    private AmazonEC2Client Ec2 => clients.Ec2(region);

    /// <summary>Unique in the account, so that two installations with one cluster name have two templates.</summary>
    public string Name { get; } = $"{owner.NameOf("node")}-{owner.Fingerprint[..8]}";

    /// <summary>Number of the version made for this attempt with this user data; makes it when it is missing.</summary>
    /// <param name="intent">The intent.</param>
    /// <param name="round">EC2 answers a token it knows with the version of that time, deleted or not: making it again takes the next number.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    public async Task<string> EnsureVersionAsync(NodeIntent intent, int round, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(cancellationToken).ConfigureAwait(false))
        {
            await CreateAsync(intent, cancellationToken).ConfigureAwait(false);
        }

        var userData = intent.UserDataInRequest ? null : UserData.Encode(intent.UserData);
        var versions = await ListVersionsAsync(cancellationToken).ConfigureAwait(false);
        var made = versions.Find(v => v.VersionDescription == DescriptionOf(intent) && Has(v, userData));
        return made is null
            ? await CreateVersionAsync(intent, userData, round, cancellationToken).ConfigureAwait(false)
            : Number(made);
    }

    /// <summary>Deletes every version made for an intent, whatever the attempt; none is the same as done.</summary>
    public async Task DeleteVersionsAsync(string intentId, CancellationToken cancellationToken)
    {
        var versions = await ListVersionsAsync(cancellationToken).ConfigureAwait(false);
        List<string> used =
        [
            .. versions
                .Where(v => v.VersionDescription?.StartsWith(PrefixOf(intentId), StringComparison.Ordinal) == true)
                .Select(Number),
        ];
        if (used.Count > 0)
        {
            DeleteLaunchTemplateVersionsRequest request = new() { LaunchTemplateName = Name, Versions = used };
            await clients
                .Caller.RepeatableAsync(Ec2.DeleteLaunchTemplateVersionsAsync, request, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        // By filter, because asking for a name that does not exist is an error.
        DescribeLaunchTemplatesRequest request = new() { Filters = [Ec2Tags.Filter("launch-template-name", Name)] };
        var answer = await clients
            .Caller.RepeatableAsync(Ec2.DescribeLaunchTemplatesAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.LaunchTemplates is [_, ..];
    }

    private async Task CreateAsync(NodeIntent intent, CancellationToken cancellationToken)
    {
        CreateLaunchTemplateRequest request = new()
        {
            LaunchTemplateName = Name,
            LaunchTemplateData = SafeDefaults(),
            TagSpecifications = Ec2Tags.At(
                ResourceType.LaunchTemplate,
                owner.Tags(ResourceComponents.Node, "launch-template", intent.PlanId)
            ),
        };
        try
        {
            await clients
                .Caller.RepeatableAsync(Ec2.CreateLaunchTemplateAsync, request, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.AlreadyThere) { }
    }

    private async Task<List<LaunchTemplateVersion>> ListVersionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await clients
                .Caller.ListAsync(
                    next => new DescribeLaunchTemplateVersionsRequest { LaunchTemplateName = Name, NextToken = next },
                    Ec2.DescribeLaunchTemplateVersionsAsync,
                    page => (page.LaunchTemplateVersions?.AsEnumerable(), page.NextToken),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.NotFound)
        {
            return [];
        }
    }

    private async Task<string> CreateVersionAsync(
        NodeIntent intent,
        string? userData,
        int round,
        CancellationToken cancellationToken
    )
    {
        // The token covers the content too: the same attempt with other user data is another version.
        var content = userData is null
            ? SharedBy(intent)
            : Convert.ToHexStringLower(SHA256.HashData(intent.UserData.Span));
        var purpose = round == 0 ? $"version|{content}" : $"version|{content}|{round}";
        CreateLaunchTemplateVersionRequest request = new()
        {
            LaunchTemplateName = Name,
            VersionDescription = DescriptionOf(intent),
            ClientToken = owner.ClientToken(purpose, intent.Id, intent.Attempt),
            LaunchTemplateData = DataOf(intent, userData),
        };
        var answer = await clients
            .Caller.SettlingAsync(Ec2.CreateLaunchTemplateVersionAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return Number(answer.LaunchTemplateVersion);
    }

    private RequestLaunchTemplateData DataOf(NodeIntent intent, string? userData)
    {
        var data = SafeDefaults();
        data.ImageId = intent.Image.Id;
        data.UserData = userData;
        data.BlockDeviceMappings =
        [
            new LaunchTemplateBlockDeviceMappingRequest
            {
                DeviceName = intent.Image.RootDevice,
                Ebs = new LaunchTemplateEbsBlockDeviceRequest
                {
                    VolumeSize = Math.Max(intent.RootVolumeGiB, intent.Image.RootVolumeGiB),
                    VolumeType = VolumeType.Gp3,
                    Encrypted = true,
                    DeleteOnTermination = true,
                },
            },
        ];
        data.NetworkInterfaces =
        [
            new LaunchTemplateInstanceNetworkInterfaceSpecificationRequest
            {
                DeviceIndex = 0,
                AssociatePublicIpAddress = true,
                DeleteOnTermination = true,
                Groups = [intent.SecurityGroupId],
            },
        ];

        // A fleet request tags the fleet and its instances; what comes with an instance is tagged from here.
        var tags = Ec2Tags.ToSdk(TagsOf(intent));
        data.TagSpecifications =
        [
            .. new[] { ResourceType.Volume, ResourceType.NetworkInterface, ResourceType.SpotInstancesRequest }.Select(
                type => new LaunchTemplateTagSpecificationRequest { ResourceType = type, Tags = tags }
            ),
        ];
        return data;
    }

    /// <summary>
    /// Powering off ends the instance for good, which the dead-man's switch relies on. Metadata needs a session token and
    /// answers the instance only, not its pods (hop limit 1), and serves the tags, among them the lease.
    /// </summary>
    private static RequestLaunchTemplateData SafeDefaults() =>
        new()
        {
            InstanceInitiatedShutdownBehavior = ShutdownBehavior.Terminate,
            MetadataOptions = new LaunchTemplateInstanceMetadataOptionsRequest
            {
                HttpEndpoint = LaunchTemplateInstanceMetadataEndpointState.Enabled,
                HttpTokens = LaunchTemplateHttpTokensState.Required,
                HttpPutResponseHopLimit = 1,
                InstanceMetadataTags = LaunchTemplateInstanceMetadataTagsState.Enabled,
            },
        };

    private static string PrefixOf(string intentId) => $"{intentId}/";

    private static string DescriptionOf(NodeIntent intent) =>
        intent.UserDataInRequest ? SharedBy(intent) : $"{PrefixOf(intent.Id)}{intent.Attempt}";

    /// <summary>Names a shared version after everything that stands in it.</summary>
    private static string SharedBy(NodeIntent intent)
    {
        var content = string.Create(
            CultureInfo.InvariantCulture,
            $"{intent.Image.Id}|{intent.Image.RootDevice}|{intent.Image.RootVolumeGiB}|{intent.RootVolumeGiB}|{intent.SecurityGroupId}"
        );
        return $"shared {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16]}";
    }

    /// <summary>A shared version outlives the node, so it names no plan and no end; the node's own tags do.</summary>
    private Dictionary<string, string> TagsOf(NodeIntent intent) =>
        intent.UserDataInRequest
            ? owner.Tags(ResourceComponents.Node, "node", "shared")
            : owner.Tags(ResourceComponents.Node, "node", intent.PlanId, intent.ExpiresAt);

    private static bool Has(LaunchTemplateVersion version, string? userData) =>
        (version.LaunchTemplateData?.UserData ?? "") == (userData ?? "");

    private static string Number(LaunchTemplateVersion version) =>
        (version.VersionNumber ?? 0).ToString(CultureInfo.InvariantCulture);
}
