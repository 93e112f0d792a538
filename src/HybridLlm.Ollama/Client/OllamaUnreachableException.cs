namespace HybridLlm.Ollama;

/// <summary>No connection to the server came about, so it never saw the request.</summary>
public sealed class OllamaUnreachableException : OllamaException
{
    internal OllamaUnreachableException(Uri address, Exception cause)
        : base(
            $"Ollama at {address} cannot be reached: {cause.Message}",
            "Check that the server runs, that the address is right and that the network between lets TCP through.",
            cause
        ) => Address = address;

    /// <summary>Where the server was expected.</summary>
    public Uri Address { get; }
}
