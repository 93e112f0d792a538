namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>Every scenario of the table: a plan writes nothing, an apply ends as the table says, a second one writes nothing.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names => [.. ScenarioTable.All.Select(s => s.Name)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_plan_writes_nothing_an_apply_ends_as_told_and_a_second_writes_nothing(string name)
    {
        var scenario = ScenarioTable.Of(name);
        await using var two = await scenario.StartAsync();
        var verb = await scenario.Do(two);
        var before = ScenarioRun.Writes(two);

        await ScenarioRun.EndsAsync(scenario, () => verb.PlanAsync(Stop), isPlan: true);
        ScenarioRun.Writes(two).ShouldBe(before);

        await ScenarioRun.EndsAsync(scenario, () => verb.ApplyAsync(new AfterEach(scenario, two), Stop));
        await ScenarioRun.CheckAsync(scenario, two);

        await ScenarioRun.AgainAsync(scenario, two, verb);
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
}
