using System.Globalization;
using HybridLlm.Teardown;
using Spectre.Console;

namespace HybridLlm.QuickStart;

/// <summary>The receipt for a person: asked for, gone, still there and its price.</summary>
internal static class ReceiptView
{
    public static void Show(IAnsiConsole console, TeardownReceipt receipt)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .Title($"Receipt, from a scan of {receipt.Regions.Count} regions at {receipt.ScannedAt:u}");
        table.AddColumns("kind", "asked for", "gone", "still there", "USD a month");
        foreach (var kind in receipt.AskedFor.GroupBy(l => l.Kind))
        {
            var left = receipt.StillThere.Where(l => l.Kind == kind.Key).ToList();
            table.AddRow(
                kind.Key,
                Number(kind.Count()),
                Number(receipt.Gone.Count(l => l.Kind == kind.Key)),
                Number(left.Count),
                left.Sum(l => l.UsdPerMonth).ToString("0.00", CultureInfo.InvariantCulture)
            );
        }

        console.Write(table);
        if (receipt.Homelab is { } homelab)
        {
            Homelab(console, homelab);
        }

        foreach (var line in receipt.StillThere)
        {
            console.MarkupLineInterpolated($"[red]  {line.Kind} {line.Id} in {line.Region}: {line.Reason}[/]");
        }

        foreach (var region in receipt.NotLookedInto)
        {
            console.MarkupLineInterpolated($"[red]  not looked into: {region}[/]");
        }
    }

    private static void Homelab(IAnsiConsole console, IReadOnlyList<string> left)
    {
        console.WriteLine(
            left.Count == 0
                ? "The homelab's API server holds nothing of ours; those of the GPU clusters went with their instances."
                : "Still at home:"
        );
        foreach (var line in left)
        {
            console.MarkupLineInterpolated($"[red]  {line}[/]");
        }
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
