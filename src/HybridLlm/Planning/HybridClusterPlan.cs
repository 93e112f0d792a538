using System.Globalization;
using System.Text;
using System.Text.Json;
using HybridLlm.Budgets;

namespace HybridLlm.Planning;

/// <summary>
/// What will be made, what it will cost, and why just so: a pure function of what is wanted and what the world offers. The same
/// spec and facts give the same plan and the same <see cref="Id"/>.
/// </summary>
public sealed record HybridClusterPlan
{
    /// <summary>Twelve hex digits that differ when anything planned differs; stands in the tags of what is made.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The model served.</summary>
    public required string Model { get; init; }

    /// <summary>AWS region.</summary>
    public required string Region { get; init; }

    /// <summary>How the app reaches the model and whether the GPU is federated: <c>direct</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>When the prices and offers were read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>What is known before a cent is spent; all of them hold.</summary>
    public required IReadOnlyList<PlanProof> Proofs { get; init; }

    /// <summary>Spot pools a GPU may come from, best first; empty only where it may be bought on demand.</summary>
    public required IReadOnlyList<PlanOffer> Offers { get; init; }

    /// <summary>What is bought on demand when spot gives nothing, best first; empty where that is not wanted.</summary>
    public IReadOnlyList<PlanOffer> OnDemand { get; init; } = [];

    /// <summary>Types and pools passed over, with the reason.</summary>
    public required IReadOnlyList<PlanRejection> Rejected { get; init; }

    /// <summary>What it costs, part by part, against the budget.</summary>
    public required PlanCost Cost { get; init; }

    /// <summary>What still has to be made, in order; empty when everything wanted stands.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }

    /// <summary>The stages of a wake with the time each is expected to take.</summary>
    public required IReadOnlyList<PlanStage> Wake { get; init; }

    /// <summary>The plan as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PlanJson.Indented.HybridClusterPlan);

    /// <summary>The plan as text for a person.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        var invariant = CultureInfo.InvariantCulture;
        text.AppendLine(invariant, $"Plan {Id}: {Model} in {Region} ({Mode}), prices of {ReadAt:u}");
        foreach (var proof in Proofs)
        {
            text.AppendLine(invariant, $"  proof {proof.Name}: {proof.Statement}");
        }

        foreach (var offer in Offers.Take(3))
        {
            text.AppendLine(invariant, $"  offer {offer}");
        }

        if (OnDemand is [var onDemand, ..])
        {
            text.AppendLine(
                invariant,
                $"  on demand {onDemand.InstanceType} for {Money.Usd(onDemand.OnDemandPrice)} an hour when spot gives nothing, {OnDemand.Count} pool(s)"
            );
        }

        text.AppendLine(invariant, $"  {Offers.Count} offer(s), {Rejected.Count} passed over");
        text.AppendLine(
            invariant,
            $"  cost asleep {Money.Usd(Cost.AsleepPerDay)} a day, awake {Money.Usd(Cost.AwakePerHour)} an hour, {Money.Usd(Cost.AwakePerMonth)} a month at worst"
        );
        foreach (var step in Steps)
        {
            text.AppendLine(invariant, $"  {step.Layer}: {step.What}");
        }

        return text.ToString();
    }
}

/// <summary>Something shown to hold before anything is rented.</summary>
public sealed record PlanProof
{
    /// <summary>What it is about: <c>addresses</c>, <c>mtu</c>, <c>fit</c>, <c>money</c>, <c>reachability</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What holds, one sentence.</summary>
    public required string Statement { get; init; }

    /// <summary>The working, line by line.</summary>
    public required IReadOnlyList<string> Working { get; init; }
}

/// <summary>A pool a GPU may come from.</summary>
public sealed record PlanOffer
{
    /// <summary>EC2's name of the instance type, e.g. <c>g6.xlarge</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>Zone name in this account, e.g. <c>us-east-1a</c>.</summary>
    public required string Zone { get; init; }

    /// <summary>Zone id, the same in every account, e.g. <c>use1-az1</c>.</summary>
    public required string ZoneId { get; init; }

    /// <summary>The GPUs, e.g. <c>1 × L4</c>.</summary>
    public required string Gpu { get; init; }

    /// <summary>Memory of one GPU, MiB.</summary>
    public required int GpuMemoryMiB { get; init; }

    /// <summary>Memory the model needs on each GPU, MiB.</summary>
    public required long NeedsMiB { get; init; }

    /// <summary>Price now in its market, USD per instance-hour.</summary>
    public required decimal HourlyPrice { get; init; }

    /// <summary>Price of the same instance on demand, USD per instance-hour.</summary>
    public required decimal OnDemandPrice { get; init; }

    /// <summary>Type, zone, GPU and price.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{InstanceType} in {Zone} ({ZoneId}): {Gpu}, needs {NeedsMiB} of {GpuMemoryMiB} MiB, {HourlyPrice:0.0000} USD/h"
        );
}

/// <summary>What was passed over.</summary>
/// <param name="InstanceType">EC2's name of the instance type.</param>
/// <param name="Zone">Zone name; null when the type is passed over in every zone.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record PlanRejection(string InstanceType, string? Zone, string Reason);

/// <summary>What a cluster costs. USD.</summary>
public sealed record PlanCost
{
    /// <summary>Every part of the bill.</summary>
    public required IReadOnlyList<PlanCostPart> Parts { get; init; }

    /// <summary>Highest price of the GPU instance that will be paid, per hour, on demand where that may be bought: what each lease reserves at most.</summary>
    public required decimal ReservedPerHour { get; init; }

    /// <summary>What each lease reserves on spot, per hour; also EC2's <c>MaxPrice</c>.</summary>
    public required decimal ReservedOnSpotPerHour { get; init; }

    /// <summary>With nothing rented but the foundation, per hour.</summary>
    public required decimal AsleepPerHour { get; init; }

    /// <summary>With nothing rented but the foundation, per day.</summary>
    public required decimal AsleepPerDay { get; init; }

    /// <summary>Everything, per hour awake, at the reserved price.</summary>
    public required decimal AwakePerHour { get; init; }

    /// <summary>Everything, awake all day, at the reserved price.</summary>
    public required decimal AwakePerDay { get; init; }

    /// <summary>Everything, awake for 730 hours, at the reserved price.</summary>
    public required decimal AwakePerMonth { get; init; }

    /// <summary>Budget per day; null without one.</summary>
    public required decimal? BudgetPerDay { get; init; }

    /// <summary>Budget per month; null without one.</summary>
    public required decimal? BudgetPerMonth { get; init; }

    /// <summary>Hours awake the budget bears a day, beside the foundation; at most 24.</summary>
    public required decimal HoursAwakePerDay { get; init; }
}

/// <summary>A part of the bill.</summary>
/// <param name="Name">What is paid for.</param>
/// <param name="Layer"><c>foundation</c> accrues always, <c>burst</c> only awake.</param>
/// <param name="PerHour">USD per hour in which it accrues.</param>
/// <param name="Basis">How the figure comes about.</param>
public sealed record PlanCostPart(string Name, string Layer, decimal PerHour, string Basis);

/// <summary>Something that will be made.</summary>
/// <param name="Layer"><c>foundation</c> or <c>burst</c>.</param>
/// <param name="What">What is made, in words.</param>
/// <param name="WhenAsked">Whether it is made only when somebody asks a question.</param>
public sealed record PlanStep(string Layer, string What, bool WhenAsked);

/// <summary>A stage of a wake.</summary>
/// <param name="Stage">One of <see cref="ClusterStages"/>.</param>
/// <param name="What">What happens, in words.</param>
/// <param name="Expected">How long it is expected to take.</param>
public sealed record PlanStage(string Stage, string What, TimeSpan Expected);
