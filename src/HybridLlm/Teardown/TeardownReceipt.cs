using System.Globalization;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Budgets;

namespace HybridLlm.Teardown;

/// <summary>What was asked to go, what is gone, and what is still there with its price: from a scan made after the last deletion.</summary>
public sealed record TeardownReceipt
{
    /// <summary>When the last scan ended.</summary>
    public required DateTimeOffset ScannedAt { get; init; }

    /// <summary>Regions that were looked into.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>What was to go.</summary>
    public required IReadOnlyList<ReceiptLine> AskedFor { get; init; }

    /// <summary>What of it the last scan no longer finds.</summary>
    public required IReadOnlyList<ReceiptLine> Gone { get; init; }

    /// <summary>What the last scan still finds, with its price per month and the reason.</summary>
    public required IReadOnlyList<ReceiptLine> StillThere { get; init; }

    /// <summary>What is kept on purpose, with its price per month; empty unless models were to be kept.</summary>
    public IReadOnlyList<ReceiptLine> Kept { get; init; } = [];

    /// <summary>Regions that could not be looked into, so that nothing is said about them.</summary>
    public required IReadOnlyList<string> NotLookedInto { get; init; }

    /// <summary>What the homelab's Kubernetes still holds of ours, from a scan; empty when nothing, null without federation.</summary>
    public IReadOnlyList<string>? Homelab { get; init; }

    /// <summary>What an administrator has set up and removes, a command or a remark each; empty when there is nothing.</summary>
    public IReadOnlyList<string> ByHand { get; init; } = [];

    /// <summary>Lookalikes of other owners, left alone.</summary>
    public required IReadOnlyList<string> LeftAlone { get; init; }

    /// <summary>What the cluster has cost in its life, USD.</summary>
    public required decimal SpentUsd { get; init; }

    /// <summary>Part of that for GPUs bought on demand, with their disks and addresses, USD.</summary>
    public decimal SpentOnDemandUsd { get; init; }

    /// <summary>What is still there costs, USD a month.</summary>
    public decimal StillThereUsdPerMonth => StillThere.Sum(l => l.UsdPerMonth);

    /// <summary>What is kept on purpose costs, USD a month.</summary>
    public decimal KeptUsdPerMonth => Kept.Sum(l => l.UsdPerMonth);

    /// <summary>What is kept on purpose costs, USD a day.</summary>
    public decimal KeptUsdPerDay => KeptUsdPerMonth * 24 / InfrastructurePrices.HoursPerMonth;

    /// <summary>How many things are left that were to go: what still stands, at AWS or at home, and what could not be looked into.</summary>
    public int Left => StillThere.Count + NotLookedInto.Count + (Homelab?.Count ?? 0);

    /// <summary>What was asked for, what is gone, what is left and what is kept, a line each for what is left or kept.</summary>
    public override string ToString()
    {
        var when = ScannedAt.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
        List<string> lines =
        [
            $"Receipt of {when}, {Regions.Count} regions scanned: {AskedFor.Count} asked for, {Gone.Count} gone, {StillThere.Count} still there "
                + $"({Money.Usd(StillThereUsdPerMonth)} a month){KeptInMoney()}; {Money.Usd(SpentUsd)} spent since the cluster was first up{(SpentOnDemandUsd > 0 ? $", {Money.Usd(SpentOnDemandUsd)} of it for GPUs bought on demand" : "")}.",
            .. StillThere.Select(l =>
                $"  still there: {l.Kind} {l.Id} in {l.Region}, {Money.Usd(l.UsdPerMonth)} a month: {l.Reason}"
            ),
            .. (Homelab ?? []).Select(h => $"  still there: {h} in the homelab"),
            .. Kept.Select(l =>
                $"  kept: {l.Kind} {l.Id} in {l.Region}, {Money.Usd(l.UsdPerMonth)} a month: {l.Reason}"
            ),
            .. NotLookedInto.Select(r => $"  not looked into: {r}"),
            .. ByHand.Select(b => $"  by hand: {b}"),
            .. LeftAlone.Select(l => $"  left alone: {l}"),
        ];
        return string.Join('\n', lines);
    }

    private string KeptInMoney() =>
        Kept.Count == 0
            ? ""
            : $", {Kept.Count} kept ({Money.Usd(KeptUsdPerDay)} a day, {Money.Usd(KeptUsdPerMonth)} a month)";

    internal static TeardownReceipt Of(
        TeardownReport report,
        IReadOnlyList<string> regions,
        IReadOnlyList<string>? homelab,
        decimal spent,
        decimal spentOnDemand
    ) =>
        new()
        {
            ScannedAt = report.ScannedAt,
            Regions = regions,
            Homelab = homelab,
            AskedFor = [.. report.Asked.Select(r => ReceiptLine.Of(r, null))],
            Gone = [.. report.Gone.Select(r => ReceiptLine.Of(r, null))],
            StillThere =
            [
                .. report.StillThere.Select(r =>
                    ReceiptLine.Of(r.Resource, r.Reason ?? "accepted for deletion, not gone yet")
                ),
            ],
            Kept = [.. report.Kept.Select(r => ReceiptLine.Of(r, "holds models"))],
            NotLookedInto = [.. report.Unread.Select(r => $"{r.Region}: {r.Code}")],
            ByHand = report.ByHand,
            LeftAlone = [.. report.Foreign.Select(f => $"{f.Id} in {f.Region}: {f.Why}")],
            SpentUsd = decimal.Round(spent, 6),
            SpentOnDemandUsd = decimal.Round(spentOnDemand, 6),
        };
}

/// <summary>One resource of a receipt.</summary>
public sealed record ReceiptLine
{
    /// <summary>What it is, e.g. <c>Instance</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>AWS's id or name.</summary>
    public required string Id { get; init; }

    /// <summary>Region it is in.</summary>
    public required string Region { get; init; }

    /// <summary>What it costs if it stays, USD a month; 0 for what AWS does not bill.</summary>
    public required decimal UsdPerMonth { get; init; }

    /// <summary>Why it is still there; null where it is not, or where it simply is.</summary>
    public required string? Reason { get; init; }

    internal static ReceiptLine Of(OwnedResource resource, string? reason) =>
        new()
        {
            Kind = resource.Kind.ToString(),
            Id = resource.Id,
            Region = resource.Region,
            UsdPerMonth = decimal.Round(resource.UsdPerMonth, 4),
            Reason = reason,
        };
}
