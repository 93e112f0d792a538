using System.Globalization;
using Spectre.Console;

namespace HybridLlm.QuickStart;

/// <summary>Where the virtual time and the money went.</summary>
internal static class TimelineView
{
    public static void Show(IAnsiConsole console, Report report, decimal billed)
    {
        var table = new Table().Border(TableBorder.Simple).Title("Timeline, virtual time");
        table.AddColumns("act", "stage", "from", "seconds");
        foreach (var entry in report.Timeline)
        {
            table.AddRow(
                entry.Stage is null ? $"[bold]{entry.Act}[/]" : "",
                entry.Stage ?? "",
                entry.From.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
                entry.VirtualSeconds.ToString("0", CultureInfo.InvariantCulture)
            );
        }

        console.Write(table);
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"Spent by the cluster's own book {report.SpentUsd:0.0000} USD, which counts from each intent and estimates egress; the emulated AWS charges {billed:0.0000} USD."
        );
    }
}
