namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>All scenarios, as the document lists them.</summary>
internal static class ScenarioTable
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        .. PeeringScenarios.All,
        .. NetworkScenarios.All,
        .. RemovalScenarios.All,
        .. OffloadingScenarios.All,
        .. SmallVerbScenarios.All,
        .. TroubleScenarios.All,
        .. PartInstalledScenarios.All,
    ];

    public static Scenario Of(string name) => All.Single(s => s.Name == name);
}
