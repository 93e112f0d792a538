using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>Every scenario of the table, cut off after each of its steps and resumed, ends as well as one that is not.</summary>
public sealed class ScenarioCutTests
{
    private const int MostCuts = 60;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ScenarioTests.Names), MemberType = typeof(ScenarioTests))]
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

        await ScenarioRun.CheckAsync(scenario, two);
        // What times out does so again, for as long.
        if (scenario.Error != typeof(WaitTimedOutException))
        {
            await ScenarioRun.AgainAsync(scenario, two, verb);
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
            await ScenarioRun.EndsAsync(scenario, () => verb.ApplyAsync(each, stop.Token));
            return each.Steps > 0 && scenario.ExpectedError is null && !verb.IsOnce;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && each.Steps > 0)
        {
            return true;
        }
    }
}
