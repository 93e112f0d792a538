namespace HybridLlm.Liqo.Steps;

/// <summary>What a step does to its object.</summary>
public enum LiqoVerb
{
    /// <summary>Creates it.</summary>
    Create,

    /// <summary>Changes some of its fields, and no others.</summary>
    Update,

    /// <summary>Asks for its deletion.</summary>
    Delete,

    /// <summary>Removes a finalizer that nobody is left to remove.</summary>
    Release,

    /// <summary>Waits until it is in a state.</summary>
    Wait,
}
