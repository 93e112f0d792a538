using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HybridLlm.Nebula.Encoding;

/// <summary>Reads JSON that may come from a stranger or from half a disk: whatever is wrong with it is one exception of ours.</summary>
internal static class JsonText
{
    /// <param name="json">The text.</param>
    /// <param name="type">What it is to be. Its context respects nullable annotations.</param>
    /// <param name="isWhole">Whether what annotations cannot say holds, e.g. that no item of a list is null.</param>
    /// <param name="malformed">The exception, from what is wrong.</param>
    public static T Read<T>(
        string json,
        JsonTypeInfo<T> type,
        Func<T, bool> isWhole,
        Func<JsonException, NebulaFormatException> malformed
    )
        where T : class
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, type) is { } value && isWhole(value)
                ? value
                : throw new JsonException("Something is missing in it.");
        }
        catch (JsonException e)
        {
            throw malformed(e);
        }
    }
}
