using System.Globalization;
using System.Text;
using HybridLlm.Planning;
using HybridLlm.Teardown;
using Spectre.Console;

namespace HybridLlm.QuickStart;

/// <summary>
/// Tells the story: live in a terminal, plain lines when redirected, and on standard error when standard output is for a machine.
/// </summary>
internal sealed class Narrator
{
    private const int PartWidth = 70;

    private readonly bool _json;
    private readonly Timeline _timeline;
    private readonly IAnsiConsole _console;
    private readonly StringBuilder _part = new();

    public Narrator(bool json, Timeline timeline)
    {
        _json = json;
        _timeline = timeline;
        _console = json
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            : AnsiConsole.Console;
        if (!_console.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            // A log file has no right margin.
            _console.Profile.Width = 200;
        }
    }

    public void Act(string title, string about)
    {
        _console.WriteLine();
        _console.Write(new Rule($"[bold]{Markup.Escape(title)}[/]").LeftJustified());
        _console.MarkupLineInterpolated($"[dim]{about}[/]");
    }

    public void Say(string words) => Line(words, "default");

    public void Fail(string words) => _console.MarkupLineInterpolated($"[red]{words}[/]");

    public void Token(string text) => _console.Markup(Markup.Escape(text));

    public void EndOfAnswer() => _console.WriteLine();

    /// <summary>Part of an answer that is told between the events: a line at a time.</summary>
    public void Part(string text)
    {
        _part.Append(text);
        if (_part.Length > PartWidth)
        {
            EndOfPart();
        }
    }

    public void EndOfPart()
    {
        if (_part.Length > 0)
        {
            Line($"│ {_part.ToString().Trim()}", "default");
            _part.Clear();
        }
    }

    public void Plan(HybridClusterPlan plan) => PlanView.Show(_console, plan);

    public void Receipt(TeardownReceipt receipt) => ReceiptView.Show(_console, receipt);

    public void Timeline(Report report, decimal billed) => TimelineView.Show(_console, report, billed);

    /// <summary>Runs work and tells the cluster's events meanwhile, with a spinner where there is a terminal.</summary>
    public async Task WhileAsync(HybridCluster cluster, Func<Task> work)
    {
        using CancellationTokenSource end = new();
        var events = cluster.WatchAsync(end.Token);
        if (!_console.Profile.Capabilities.Interactive)
        {
            await TellAsync(events, work, end, _ => { });
            return;
        }

        await _console
            .Status()
            .Spinner(Spinner.Known.Dots)
            .StartAsync("…", status => TellAsync(events, work, end, what => status.Status(Markup.Escape(what))));
    }

    public void End(Report report, bool good, string verdict)
    {
        if (_json)
        {
            Console.Out.WriteLine(report.ToJson());
        }

        _console.WriteLine();
        _console.MarkupLine($"[{(good ? "green" : "red")}]{Markup.Escape(verdict)}[/]");
    }

    private async Task TellAsync(
        IAsyncEnumerable<ClusterEvent> events,
        Func<Task> work,
        CancellationTokenSource end,
        Action<string> current
    )
    {
        var telling = Task.Run(async () =>
        {
            await foreach (var happened in events)
            {
                _timeline.Note(happened);
                Tell(happened, current);
            }
        });
        try
        {
            await work();
        }
        finally
        {
            await end.CancelAsync();
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(ClusterEvent happened, Action<string> current)
    {
        var expected = happened.Expected is { } time ? $" (about {time.TotalSeconds:0} s)" : "";
        current($"{happened.Message}{expected}");
        if (happened.Kind == ClusterEventKind.Detail)
        {
            return;
        }

        Line(
            happened.Message + expected,
            happened.Kind switch
            {
                ClusterEventKind.Done => "green",
                ClusterEventKind.Warning => "yellow",
                ClusterEventKind.Failed => "red",
                _ => happened.Expected is null ? "dim" : "default",
            }
        );
    }

    private void Line(string words, string style) =>
        _console.MarkupLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"[dim]{_timeline.Elapsed:mm\\:ss}[/] [{style}]{Markup.Escape(words)}[/]"
            )
        );
}
