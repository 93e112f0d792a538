using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>What is wrong with one field.</summary>
/// <param name="Reason">Cause in the Status, e.g. <c>FieldValueRequired</c>.</param>
/// <param name="Field">Path, e.g. <c>spec.size</c>.</param>
/// <param name="Message">In the API server's words.</param>
internal sealed record FieldFault(string Reason, string Field, string Message)
{
    public static FieldFault Required(string field, string words = "") =>
        new("FieldValueRequired", field, words.Length == 0 ? "Required value" : $"Required value: {words}");

    public static FieldFault Invalid(string field, string value, string words) =>
        new("FieldValueInvalid", field, $"Invalid value: {value}: {words}");

    public static FieldFault InvalidText(string field, string value, string words) =>
        Invalid(field, $"\"{value}\"", words);

    public static FieldFault Forbidden(string field, string words) =>
        new("FieldValueForbidden", field, $"Forbidden: {words}");

    public static FieldFault Duplicate(string field, string value, string words) =>
        new("FieldValueDuplicate", field, $"Duplicate value: {value}: {words}");

    public static FieldFault NotSupported(string field, string value, IEnumerable<string> supported) =>
        new(
            "FieldValueNotSupported",
            field,
            $"Unsupported value: {value}: supported values: {string.Join(", ", supported)}"
        );

    public static FieldFault Immutable(string field, string value) => Invalid(field, value, "field is immutable");

    public JsonObject ToCause() =>
        new()
        {
            ["reason"] = Reason,
            ["message"] = Message,
            ["field"] = Field,
        };

    public override string ToString() => $"{Field}: {Message}";
}
