using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Admission;

/// <summary>Changes or refuses writes, as an admission webhook does.</summary>
internal interface IWebhook
{
    /// <summary>Name of its configuration.</summary>
    string Name { get; }

    /// <summary>What it wants to see.</summary>
    IReadOnlyList<WebhookRule> Rules { get; }

    /// <summary>Lets a request pass, perhaps changed.</summary>
    /// <param name="call">The request.</param>
    /// <param name="operation"><c>CREATE</c>, <c>UPDATE</c> or <c>DELETE</c>.</param>
    /// <param name="before">Null on creation.</param>
    /// <param name="after">Null on deletion.</param>
    /// <returns>What to store; null on deletion.</returns>
    /// <exception cref="ApiFailure">It may not pass.</exception>
    JsonObject? Admit(ApiCall call, string operation, JsonObject? before, JsonObject? after);
}
