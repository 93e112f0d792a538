using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.LaunchTemplates;

/// <summary>A launch template by id or by name, and one of its versions.</summary>
/// <param name="Id">Null when it is named.</param>
/// <param name="Name">Null when the id is given.</param>
/// <param name="Version">Number, <c>$Latest</c> or <c>$Default</c>.</param>
internal sealed record LaunchTemplateReference(string? Id, string? Name, string Version)
{
    /// <summary>Reads a reference; null when nothing refers to a template.</summary>
    public static LaunchTemplateReference? Read(QueryRequest request)
    {
        var (id, name) = (request.Text("LaunchTemplateId"), request.Text("LaunchTemplateName"));
        var version = request.Text("Version");
        if (id is not null && name is not null)
        {
            throw ServiceError.Combination("Specify either the launch template ID or its name, not both.");
        }

        return id is null && name is null ? null : new LaunchTemplateReference(id, name, version ?? "$Default");
    }

    /// <summary>A reference that has to be there.</summary>
    public static LaunchTemplateReference Require(QueryRequest request) =>
        Read(request) ?? throw ServiceError.Missing("LaunchTemplateId");

    public LaunchTemplate Find(RegionState region) =>
        Id is not null
            ? region.Get<LaunchTemplate>(Id)
            : region.Visible<LaunchTemplate>().FirstOrDefault(t => t.Name == Name) ?? throw UnknownName(Name!);

    public LaunchTemplateVersion Resolve(RegionState region) => Find(region).Get(Version);

    public static ServiceError UnknownName(string name) =>
        new(
            "InvalidLaunchTemplateName.NotFoundException",
            $"The specified launch template, with template name {name}, does not exist."
        );
}
