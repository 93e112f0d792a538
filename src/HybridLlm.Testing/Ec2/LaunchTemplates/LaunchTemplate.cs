using System.Globalization;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.LaunchTemplates;

/// <summary>A launch template: numbered versions, of which one is the default.</summary>
internal sealed class LaunchTemplate(string id, DateTimeOffset created, string name)
    : Resource(Kind, id, created),
        IResource
{
    public static ResourceKind Kind { get; } =
        new(
            "launch-template",
            "lt",
            "InvalidLaunchTemplateId.NotFound",
            "launch template ID",
            "InvalidLaunchTemplateId.Malformed"
        );

    public string Name => name;

    /// <summary>By number; numbers are never used again.</summary>
    public SortedDictionary<int, LaunchTemplateVersion> Versions { get; } = [];

    public int DefaultVersion { get; set; }

    public int LatestVersion { get; private set; }

    public LaunchTemplateVersion AddVersion(LaunchSpecification data, string? description, DateTimeOffset now)
    {
        LaunchTemplateVersion version = new(this, ++LatestVersion, data, description, now);
        return Versions[version.Number] = version;
    }

    /// <summary>A version by number, <c>$Latest</c> or <c>$Default</c>; null for an unknown one.</summary>
    public LaunchTemplateVersion? Find(string version) =>
        version switch
        {
            "$Latest" => Versions.Values.Last(),
            "$Default" => Versions[DefaultVersion],
            _ => int.TryParse(version, CultureInfo.InvariantCulture, out var number)
                ? Versions.GetValueOrDefault(number)
                : null,
        };

    /// <summary>A version by number, <c>$Latest</c> or <c>$Default</c>.</summary>
    /// <exception cref="ServiceError">Unknown version.</exception>
    public LaunchTemplateVersion Get(string version) =>
        Find(version)
        ?? throw new ServiceError(
            "InvalidLaunchTemplateId.VersionNotFound",
            $"Could not find the specified version {version} for the launch template with ID {Id}."
        );
}

/// <summary>One version of a template.</summary>
internal sealed record LaunchTemplateVersion(
    LaunchTemplate Template,
    int Number,
    LaunchSpecification Data,
    string? Description,
    DateTimeOffset Created
)
{
    /// <summary>Tags EC2 adds to every instance launched from it.</summary>
    public Dictionary<string, string> InstanceTags() =>
        new()
        {
            ["aws:ec2launchtemplate:id"] = Template.Id,
            ["aws:ec2launchtemplate:version"] = Number.ToString(CultureInfo.InvariantCulture),
        };
}
