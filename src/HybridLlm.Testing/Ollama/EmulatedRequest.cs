namespace HybridLlm.Testing.Ollama;

/// <summary>A request an <see cref="OllamaEmulator"/> received.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path without query.</param>
/// <param name="Body">Body as text; empty if none.</param>
/// <param name="ReceivedAt">When, by the emulator's clock.</param>
public sealed record EmulatedRequest(string Method, string Path, string Body, DateTimeOffset ReceivedAt);
