using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Routing;

/// <summary>What a server at home said when it was last looked at.</summary>
internal sealed record BackendView
{
    public static BackendView Unseen { get; } = new() { Fault = "it has not been looked at yet" };

    /// <summary>Why it is not used; null if it is.</summary>
    public string? Fault { get; init; }

    public bool Up => Fault is null;

    public string Version { get; init; } = "";

    /// <summary>Models on its disk by full name, each as <c>/api/tags</c> lists it.</summary>
    public IReadOnlyDictionary<string, JsonObject> Models { get; init; } =
        new Dictionary<string, JsonObject>(ModelNames.Comparer);

    /// <summary>Models in its memory by full name, each as <c>/api/ps</c> lists it.</summary>
    public IReadOnlyDictionary<string, JsonObject> Resident { get; init; } =
        new Dictionary<string, JsonObject>(ModelNames.Comparer);

    public string? Digest(string model) => Models.GetValueOrDefault(model)?["digest"]?.ToString();
}
