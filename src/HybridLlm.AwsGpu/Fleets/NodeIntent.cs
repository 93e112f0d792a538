using System.Text.RegularExpressions;
using HybridLlm.AwsGpu.Offerings;
using static System.FormattableString;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>
/// The decision to have one GPU node. Journal it before launching: launching the same intent again, in this process or a
/// later one, finds the node of the first time instead of renting a second.
/// </summary>
public sealed partial record NodeIntent
{
    /// <summary>Whose node it is.</summary>
    public required ResourceOwner Owner { get; init; }

    /// <summary>Plan under which it is made; stands in the tags.</summary>
    public required string PlanId { get; init; }

    /// <summary>Id of the intent: 1–64 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// 1 for the first try. EC2 answers the same attempt with the same result for ever, so trying again after "no
    /// capacity", or with other pools, price or user data, takes the next number.
    /// </summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Region, e.g. <c>eu-west-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Pools the node may come from, 1–40; EC2 chooses by capacity and price.</summary>
    public required IReadOnlyList<NodePool> Pools { get; init; }

    /// <summary>How the node is bought; a fallback to on-demand is another attempt.</summary>
    public InstanceMarket Market { get; init; } = InstanceMarket.Spot;

    /// <summary>
    /// Price reserved, USD per hour. EC2 ends a spot instance before charging more; on demand it charges the list price, so the pools given must
    /// not cost more.
    /// </summary>
    public required decimal MaxHourlyPrice { get; init; }

    /// <summary>Image to boot.</summary>
    public required MachineImage Image { get; init; }

    /// <summary>Security group of the node.</summary>
    public required string SecurityGroupId { get; init; }

    /// <summary>What the node runs first, 1–16,384 bytes, readable by many: no secrets.</summary>
    public required ReadOnlyMemory<byte> UserData { get; init; }

    /// <summary>
    /// Whether the user data travels in the launch request instead of a version of the launch template: it then never stands in a template, and one
    /// version serves every node of the same image and security group. Instant fleets take it since July 2026.
    /// </summary>
    public bool UserDataInRequest { get; init; }

    /// <summary>When the node powers itself off unless its lease is renewed.</summary>
    public required DateTimeOffset LeaseUntil { get; init; }

    /// <summary>When the node powers itself off whatever happens; not before <see cref="LeaseUntil"/>.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Root disk, GiB; an image that needs more gets more.</summary>
    public int RootVolumeGiB { get; init; } = 80;

    /// <exception cref="InvalidSpecException">Something cannot be.</exception>
    internal void Validate() =>
        InvalidSpecException.ThrowIfAny(
            "The node intent",
            [
                string.IsNullOrWhiteSpace(PlanId) ? "PlanId is empty" : null,
                FaultOfId(Id),
                Attempt < 1 ? $"Attempt is {Attempt}, must be 1 or more" : null,
                Pools.Count is < 1 or > OfferPlanner.MaxOffers
                    ? $"there are {Pools.Count} pools, must be 1–{OfferPlanner.MaxOffers}"
                    : null,
                MaxHourlyPrice <= 0 ? Invariant($"MaxHourlyPrice is {MaxHourlyPrice}, must be above 0") : null,
                Fleets.UserData.Fault(UserData),
                LeaseUntil > ExpiresAt
                    ? Invariant($"LeaseUntil is {LeaseUntil:u}, after ExpiresAt, {ExpiresAt:u}")
                    : null,
                RootVolumeGiB < 1 ? $"RootVolumeGiB is {RootVolumeGiB}, must be 1 or more" : null,
            ]
        );

    internal static string? FaultOfId(string id) =>
        IdForm().IsMatch(id) ? null : $"the intent's id is '{id}', must be 1–64 letters, digits and ._-";

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex IdForm();
}
