namespace HybridLlm.Gateway.Routing;

/// <summary>Ollama's model names: one without a tag means <c>:latest</c>, and case does not matter.</summary>
internal static class ModelNames
{
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    public static string Full(string model) =>
        model.LastIndexOf(':') > model.LastIndexOf('/') ? model : model + ":latest";

    public static bool Same(string one, string other) => Comparer.Equals(Full(one), Full(other));
}
