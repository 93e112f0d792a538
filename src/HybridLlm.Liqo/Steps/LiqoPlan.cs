namespace HybridLlm.Liqo.Steps;

/// <summary>What an operation still has to do, in order.</summary>
public sealed record LiqoPlan
{
    internal LiqoPlan(string operation, IReadOnlyList<LiqoStep> steps)
    {
        Operation = operation;
        Steps = steps;
    }

    /// <summary>What is planned, e.g. <c>the network with 'aws-gpu-1'</c>.</summary>
    public string Operation { get; }

    /// <summary>Steps to do; empty when all is as wanted.</summary>
    public IReadOnlyList<LiqoStep> Steps { get; }

    /// <summary>A line for each step.</summary>
    public override string ToString() =>
        Steps.Count == 0
            ? $"{Operation}: nothing to do"
            : $"{Operation}:\n{string.Join('\n', Steps.Select((s, i) => $"{i + 1, 3}. {s}"))}";
}
