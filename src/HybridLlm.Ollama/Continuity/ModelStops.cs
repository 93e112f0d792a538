using System.Text.Json;

namespace HybridLlm.Ollama.Continuity;

/// <summary>Stop strings a model brings along, from the <c>parameters</c> of <c>/api/show</c>: one a line, quoted as Go does.</summary>
internal static class ModelStops
{
    private const string Name = "stop ";

    public static IReadOnlyList<string> Of(ModelDescription model) =>
        [
            .. model
                .Parameters.Split('\n')
                .Where(line => line.StartsWith(Name, StringComparison.Ordinal))
                .Select(line => Unquote(line[Name.Length..].Trim()))
                .Where(stop => stop.Length > 0),
        ];

    private static string Unquote(string text)
    {
        try
        {
            // Go's way of quoting is JSON's but for bytes that are no text, which no stop string has.
            return text.StartsWith('"') ? JsonElement.Parse(text).GetString()! : text;
        }
        catch (JsonException)
        {
            return text.Trim('"');
        }
    }
}
