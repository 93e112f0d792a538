using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>Fields of a request, each of the type its API says or refused by name.</summary>
internal static class Json
{
    public static string? Text(this JsonObject from, string name) =>
        from[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => Read(value, name),
            _ => throw Wrong(name, "a string"),
        };

    public static bool? Flag(this JsonObject from, string name) =>
        from[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False =>
                value.GetValue<bool>(),
            _ => throw Wrong(name, "true or false"),
        };

    public static double? Number(this JsonObject from, string name) =>
        from[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.Number => value.GetValue<double>(),
            _ => throw Wrong(name, "a number"),
        };

    public static long? Whole(this JsonObject from, string name, long least)
    {
        if (from.Number(name) is not { } number)
        {
            return null;
        }

        return number == Math.Floor(number) && number >= least && number <= int.MaxValue
            ? (long)number
            : throw Wrong(name, $"a whole number, {least} or more");
    }

    public static JsonObject? Object(this JsonObject from, string name) =>
        from[name] switch
        {
            null => null,
            JsonObject found => found,
            _ => throw Wrong(name, "an object"),
        };

    public static JsonArray? List(this JsonObject from, string name) =>
        from[name] switch
        {
            null => null,
            JsonArray found => found,
            _ => throw Wrong(name, "an array"),
        };

    public static JsonArray Needed(this JsonArray? list, string name) =>
        list ?? throw new GatewayRefusal(RefusalKind.Invalid, $"{name} is required.");

    public static string Needed(this string? text, string name) =>
        text is { Length: > 0 } ? text : throw new GatewayRefusal(RefusalKind.Invalid, $"{name} is required.");

    /// <summary>The elements, all of them objects.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonArray list, string name) =>
        list.Select(e => e as JsonObject ?? throw Wrong(name, "an array of objects"));

    /// <summary>A field that is text or an array of it.</summary>
    public static JsonArray? Texts(this JsonObject from, string name) =>
        from[name] switch
        {
            null => null,
            JsonArray list => new JsonArray([.. list.Select(e => (JsonNode)Element(e, name))]),
            var one => new JsonArray(Element(one, name)),
        };

    public static GatewayRefusal Wrong(string name, string wanted) =>
        new(RefusalKind.Invalid, $"{name} must be {wanted}.");

    private static string Element(JsonNode? node, string name) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? Read(value, name)
            : throw Wrong(name, "a string or an array of strings");

    private static string Read(JsonValue value, string name)
    {
        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException)
        {
            throw Wrong(name, "valid Unicode");
        }
    }
}
