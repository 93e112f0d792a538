namespace HybridLlm.Ollama.Kubernetes.Linting;

/// <summary>One point of a manifest that can be run where answers matter.</summary>
/// <param name="Id">Its short name.</param>
/// <param name="Message">What is wrong where it does not hold.</param>
/// <param name="Remedy">What to write.</param>
/// <param name="Holds">Whether it holds.</param>
internal sealed record ManifestRule(string Id, string Message, string Remedy, Func<LintedWorkload, bool> Holds);
