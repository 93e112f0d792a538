namespace HybridLlm.Liqo;

/// <summary>What the clusters show rules out what was asked; waiting would not help.</summary>
public sealed class LiqoRefusedException : LiqoException
{
    internal LiqoRefusedException(LiqoRefusal refusal, string message, string remedy)
        : base(message, remedy) => Refusal = refusal;

    /// <summary>The reason.</summary>
    public LiqoRefusal Refusal { get; }
}
