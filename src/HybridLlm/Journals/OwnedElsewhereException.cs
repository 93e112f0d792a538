namespace HybridLlm.Journals;

/// <summary>The state folder belongs to another owner than the one that is to be adopted. Nothing has been changed.</summary>
public sealed class OwnedElsewhereException : HybridLlmException
{
    internal OwnedElsewhereException(string folder, string owner)
        : base(
            $"The state in {folder} belongs to owner id {owner}.",
            "Adopt with an empty state folder (UseStateFolder); DownAsync with this one removes what it owns."
        ) { }
}
