using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>How a scenario is gone through, and what is asked of it each time.</summary>
internal static class ScenarioRun
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A second time it ends the same and writes nothing.</summary>
    public static async Task AgainAsync(Scenario scenario, Federation two, ScenarioVerb verb)
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
    public static async Task EndsAsync(Scenario scenario, Func<Task> call, bool isPlan = false)
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

            if (scenario.ErrorKind is { } kind)
            {
                end.ShouldBeOfType<KubernetesCallException>().Kind.ShouldBe(kind);
            }

            return;
        }

        if (!isPlan)
        {
            scenario.ExpectedError.ShouldBeNull();
        }
    }

    public static Task CheckAsync(Scenario scenario, Federation two) =>
        scenario.ExpectedError is null ? scenario.After(two) : Task.CompletedTask;

    public static int Writes(Federation two) => two.Home.Writes + two.Rented.Writes;
}

/// <summary>What happens after each step.</summary>
internal sealed class AfterEach(Scenario scenario, Federation two, Action<LiqoStep, int>? happens = null)
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
