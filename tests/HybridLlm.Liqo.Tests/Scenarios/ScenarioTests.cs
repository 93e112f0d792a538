using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>
/// Every scenario of the table: a plan writes nothing, an apply ends as the table says, a second one writes nothing, and one that is cut
/// off after each of its steps ends as well as one that is not.
/// </summary>
public sealed class ScenarioTests
{
    private const int MostCuts = 60;

    public static TheoryData<string> Names => [.. ScenarioTable.All.Select(s => s.Name)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_plan_writes_nothing_an_apply_ends_as_told_and_a_second_writes_nothing(string name)
    {
        var scenario = ScenarioTable.Of(name);
        await using var two = await scenario.StartAsync();
        var verb = await scenario.Do(two);
        var before = Writes(two);

        await EndsAsync(scenario, () => verb.PlanAsync(Stop), isPlan: true);
        Writes(two).ShouldBe(before);

        await EndsAsync(scenario, () => verb.ApplyAsync(new AfterEach(scenario, two), Stop));
        await CheckAsync(scenario, two);

        await AgainAsync(scenario, two, verb);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Cut_off_after_every_step_and_resumed_it_ends_the_same(string name)
    {
        var scenario = ScenarioTable.Of(name);
        await using var two = await scenario.StartAsync();
        var verb = await scenario.Do(two);

        HashSet<LiqoStep> cut = [];
        var cuts = 0;
        while (await IsCutAsync(scenario, two, verb, verb.IsOnce ? cuts + 1 : 1, cut))
        {
            (++cuts).ShouldBeLessThan(MostCuts);
        }

        await CheckAsync(scenario, two);
        await AgainAsync(scenario, two, verb);
    }

    [Fact]
    public void The_document_has_every_scenario()
    {
        const string Begin = "<!-- scenarios -->\n";
        const string End = "<!-- end of scenarios -->";
        var path = Repository.PathOf("docs", "liqo-scenarios.md");
        var text = File.ReadAllText(path);
        var (from, to) = (
            text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length,
            text.IndexOf(End, StringComparison.Ordinal)
        );
        var table =
            "| scenario | what shows it | what is done | how it ends |\n|---|---|---|---|\n"
            + string.Concat(ScenarioTable.All.Select(s => $"| {s.Name} | {s.Shown} | {s.Verb} | {s.End} |\n"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text[..from] + table + text[to..]);
            return;
        }

        text[from..to].ShouldBe(table, "UPDATE_GOLDEN=1 writes the table anew");
    }

    private static async Task AgainAsync(Scenario scenario, Federation two, ScenarioVerb verb)
    {
        // What a server refuses is asked again each time.
        var isRefusedThere = scenario.Error == typeof(KubernetesCallException);
        var before = Writes(two);
        if (verb.IsOnce)
        {
            await Should.ThrowAsync<LiqoRefusedException>(() => verb.ApplyAsync(new AfterEach(scenario, two), Stop));
        }
        else
        {
            await EndsAsync(scenario, () => verb.ApplyAsync(new AfterEach(scenario, two), Stop));
        }

        (isRefusedThere ? before : Writes(two)).ShouldBe(before);
    }

    /// <summary>A plan may foresee how it ends, and need not.</summary>
    private static async Task EndsAsync(Scenario scenario, Func<Task> call, bool isPlan = false)
    {
        try
        {
            await call();
        }
        catch (LiqoException foreseen) when (isPlan && foreseen.GetType() == scenario.PlanError)
        {
            foreseen.Remedy.ShouldNotBeEmpty();
            return;
        }
        catch (LiqoException end) when (end.GetType() == scenario.ExpectedError)
        {
            end.Remedy.ShouldNotBeEmpty();
            if (end is LiqoRefusedException refused)
            {
                refused.Refusal.ShouldBe(scenario.Refusal!.Value);
            }

            return;
        }

        if (!isPlan)
        {
            scenario.ExpectedError.ShouldBeNull();
        }
    }

    /// <summary>
    /// Does some steps more; false when it ended before that. After a wait it is cut once only: one that ran out, and leads another way,
    /// has to run out again.
    /// </summary>
    private static async Task<bool> IsCutAsync(
        Scenario scenario,
        Federation two,
        ScenarioVerb verb,
        int steps,
        HashSet<LiqoStep> cut
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        AfterEach each = new(
            scenario,
            two,
            (step, done) =>
            {
                if (done >= steps && (step.Verb != LiqoVerb.Wait || cut.Add(step)))
                {
                    stop.Cancel();
                }
            }
        );
        try
        {
            await EndsAsync(scenario, () => verb.ApplyAsync(each, stop.Token));
            return each.Steps > 0 && scenario.ExpectedError is null && !verb.IsOnce;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && each.Steps > 0)
        {
            return true;
        }
    }

    private static Task CheckAsync(Scenario scenario, Federation two) =>
        scenario.ExpectedError is null ? scenario.After(two) : Task.CompletedTask;

    private static int Writes(Federation two) => two.Home.Writes + two.Rented.Writes;

    private sealed class AfterEach(Scenario scenario, Federation two, Action<LiqoStep, int>? happens = null)
        : IProgress<LiqoStep>
    {
        public int Steps { get; private set; }

        public void Report(LiqoStep value)
        {
            Steps++;
            scenario.AfterStep?.Invoke(two);
            happens?.Invoke(value, Steps);
        }
    }
}
