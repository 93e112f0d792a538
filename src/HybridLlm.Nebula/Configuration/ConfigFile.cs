namespace HybridLlm.Nebula.Configuration;

/// <summary>A file of a configuration folder.</summary>
/// <param name="Name">Name, by whose order files are merged.</param>
/// <param name="Text">Its YAML.</param>
public sealed record ConfigFile(string Name, string Text)
{
    /// <summary>The name only: the text may hold an inlined key.</summary>
    public override string ToString() => Name;
}
