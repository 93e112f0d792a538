namespace HybridLlm.Liqo.Steps;

/// <summary>Keeps every step told, and passes it on.</summary>
internal sealed class StepRecorder(IProgress<LiqoStep>? next) : IProgress<LiqoStep>
{
    private readonly List<LiqoStep> _steps = [];

    public IReadOnlyList<LiqoStep> Steps => _steps;

    public void Report(LiqoStep value)
    {
        _steps.Add(value);
        next?.Report(value);
    }
}
