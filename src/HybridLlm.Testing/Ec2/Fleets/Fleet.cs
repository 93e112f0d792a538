using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.LaunchTemplates;

namespace HybridLlm.Testing.Ec2.Fleets;

/// <summary>What a fleet got out of one pool.</summary>
internal sealed record FleetLaunch(FleetPool Pool, Market Market, IReadOnlyList<Instance> Instances);

/// <summary>Why a pool gave nothing, or less.</summary>
internal sealed record FleetError(FleetPool Pool, Market Market, string Code, string Message);

/// <summary>A pool as a fleet's answer names it.</summary>
/// <param name="Version">Template version.</param>
/// <param name="Override">The override as asked for.</param>
/// <param name="Zone">Zone name; null when the override did not get far enough to have one.</param>
internal sealed record FleetPool(LaunchTemplateVersion Version, FleetOverride Override, string? Zone);

/// <summary>An instant fleet: the record of one launch.</summary>
internal sealed class Fleet(string id, DateTimeOffset created, FleetRequest request)
    : Resource(Kind, id, created),
        IResource
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromHours(48);

    public static ResourceKind Kind { get; } = new("fleet", "fleet", "InvalidFleetId.NotFound", "fleet ID");

    public FleetRequest Request => request;

    public List<FleetLaunch> Launches { get; } = [];

    public List<FleetError> Errors { get; } = [];

    public DateTimeOffset? DeletedAt { get; set; }

    public IEnumerable<Instance> Instances => Launches.SelectMany(l => l.Instances);

    /// <summary>A deleted fleet is gone when its last instance is.</summary>
    public override string StateName =>
        DeletedAt is null ? "active"
        : Instances.All(i => i.IsGone) ? "deleted"
        : "deleted_terminating";

    public override bool IsGone => DeletedAt is not null;

    public override DateTimeOffset? ForgottenAt => DeletedAt + s_remembered;
}
