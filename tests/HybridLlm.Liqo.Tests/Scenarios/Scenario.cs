using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;
using HybridLlm.Testing.Liqo;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>A situation a user of Liqo runs into, what is done in it, and how that ends.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shown">What makes the emulators show it, for the table in <c>docs/liqo-scenarios.md</c>.</param>
/// <param name="Verb">What is done, for the same table.</param>
internal sealed record Scenario(string Name, string Shown, string Verb)
{
    /// <summary>Of virtual time, which a busy machine must not use up.</summary>
    public static readonly TimeSpan Unhurried = TimeSpan.FromHours(4);

    /// <summary>For waits that are to run out: as long as a few real seconds.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromMinutes(5);

    public Action<EmulatedLiqoOptions>? Provider { get; init; }

    public Action<EmulatedLiqoOptions>? Consumer { get; init; }

    /// <summary>How far the provider's clock is ahead.</summary>
    public TimeSpan ProviderSkew { get; init; }

    /// <summary>What happened before.</summary>
    public Func<Federation, Task> Before { get; init; } = _ => Task.CompletedTask;

    public required Func<Federation, Task<ScenarioVerb>> Do { get; init; }

    /// <summary>What happens to the servers after each step.</summary>
    public Action<Federation>? AfterStep { get; init; }

    /// <summary>The reason for which it is refused; null when it is not.</summary>
    public LiqoRefusal? Refusal { get; init; }

    /// <summary>The exception it ends in; null when it succeeds.</summary>
    public Type? Error { get; init; }

    /// <summary>What the API server's refusal means, where it ends in one; null for any.</summary>
    public KubernetesErrorKind? ErrorKind { get; init; }

    /// <summary>The exception its plan ends in, where that is not how it ends itself.</summary>
    public Type? PlanError { get; init; }

    /// <summary>What holds when it has succeeded.</summary>
    public Func<Federation, Task> After { get; init; } = _ => Task.CompletedTask;

    /// <summary>Whether the emulated API server alone can show it.</summary>
    public bool NeedsEmulatedServer { get; init; }

    /// <summary>How it ends, for the table.</summary>
    public string End =>
        Refusal is { } reason ? $"refused: `{reason}`"
        : Error == typeof(WaitTimedOutException) ? "times out, with what was last seen"
        : ErrorKind is { } kind ? $"`{Error!.Name}`: `{kind}`"
        : Error is not null ? $"`{Error.Name}`"
        : "done";

    public Type? ExpectedError => Refusal is null ? Error : typeof(LiqoRefusedException);

    public async Task<Federation> StartAsync()
    {
        Assert.SkipWhen(
            NeedsEmulatedServer && RealKubernetes.Binaries is not null,
            "A real API server takes no faults."
        );
        var two = await Federation.StartAsync(Provider, Consumer, skew: ProviderSkew);
        await Before(two);
        return two;
    }

    public override string ToString() => Name;
}
