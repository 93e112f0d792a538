using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Does something once so many steps are done; the runner waits for it.</summary>
internal sealed class Interruption(int after, Action happens) : IProgress<LiqoStep>
{
    private int _done;

    /// <summary>Whether the operation got that far.</summary>
    public bool Happened { get; private set; }

    public void Report(LiqoStep value)
    {
        if (++_done == after)
        {
            Happened = true;
            happens();
        }
    }
}
