using System.Text.Json;

namespace HybridLlm.Testing.Ollama;

/// <summary>A request's body, read as strictly, and refused in the words, as Go's JSON package does for Ollama.</summary>
internal sealed class GoBody
{
    private readonly JsonElement _root;
    private readonly string _type;

    private GoBody(JsonElement root, string type) => (_root, _type) = (root, type);

    /// <param name="text">The body.</param>
    /// <param name="type">Name of Ollama's type for it, e.g. <c>ChatRequest</c>; error texts name it.</param>
    /// <param name="package">The Go package of that type.</param>
    /// <param name="missing">Ollama's words for an empty body.</param>
    public static GoBody Parse(
        string text,
        string type,
        string package = "api",
        string missing = "missing request body"
    )
    {
        if (text.Length == 0)
        {
            throw new ReplyException(400, missing);
        }

        JsonElement root;
        try
        {
            root = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            throw new ReplyException(400, SyntaxError(text));
        }

        return root.ValueKind == JsonValueKind.Object
            ? new GoBody(root, type)
            : throw new ReplyException(
                400,
                $"json: cannot unmarshal {Kind(root)} into Go value of type {package}.{type}"
            );
    }

    public string Text(string name) =>
        Value(name, JsonValueKind.String, "string") is { } value ? value.GetString()! : "";

    public bool? Flag(string name) =>
        Get(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Mismatch(value, name, "bool");

    public int? Number(string name) =>
        Value(name, JsonValueKind.Number, "int") is not { } value ? null
        : value.TryGetInt32(out var number) ? number
        : throw Mismatch(value, name, "int");

    public double? Real(string name) => Value(name, JsonValueKind.Number, "float64")?.GetDouble();

    public JsonElement? Map(string name) => Value(name, JsonValueKind.Object, "map[string]interface {}");

    /// <summary>The elements of a list; empty if it is absent.</summary>
    public IReadOnlyList<JsonElement> List(string name, string elementType) =>
        Value(name, JsonValueKind.Array, "[]" + elementType) is { } value ? [.. value.EnumerateArray()] : [];

    /// <summary>A text field of an element of a list; empty if it is absent.</summary>
    public string Text(JsonElement element, string path, string name) =>
        !element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw Mismatch(value, $"{path}.{name}", "string");

    /// <summary>A field of any type; null if it is absent or null.</summary>
    public JsonElement? Get(string name) =>
        _root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement? Value(string name, JsonValueKind kind, string goType) =>
        Get(name) is not { } value ? null
        : value.ValueKind == kind ? value
        : throw Mismatch(value, name, goType);

    private ReplyException Mismatch(JsonElement value, string path, string goType) =>
        new(400, $"json: cannot unmarshal {Kind(value)} into Go struct field {_type}.{path} of type {goType}");

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => "array",
            JsonValueKind.Object => "object",
            JsonValueKind.Number => "number",
            JsonValueKind.String => "string",
            _ => "bool",
        };

    private static string SyntaxError(string text)
    {
        var body = text.TrimStart();
        var (at, where) = body.StartsWith('{')
            ? (body[1..].TrimStart(), "beginning of object key string")
            : (body, "beginning of value");
        return at.Length == 0 ? "unexpected EOF" : $"invalid character '{at[0]}' looking for {where}";
    }
}
