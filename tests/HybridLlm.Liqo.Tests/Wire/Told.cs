using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Keeps the steps told, in order.</summary>
internal sealed class Told(List<LiqoStep> steps) : IProgress<LiqoStep>
{
    public void Report(LiqoStep value) => steps.Add(value);
}
