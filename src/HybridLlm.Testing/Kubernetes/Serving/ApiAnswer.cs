using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>What a request is answered with.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">An object, a list, or a Status.</param>
internal sealed record ApiAnswer(int Status, JsonObject Body);
