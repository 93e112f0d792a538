using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>What is wrong with one field.</summary>
/// <param name="Reason">Cause in the Status, e.g. <c>FieldValueRequired</c>.</param>
/// <param name="Field">Path, e.g. <c>spec.size</c>.</param>
/// <param name="Message">In the API server's words.</param>
internal sealed record FieldFault(string Reason, string Field, string Message)
{
    /// <summary>What a schema's rules could have said is left open while the object breaks the schema itself.</summary>
    public static FieldFault RulesNotChecked { get; } =
        Invalid(
            "<nil>",
            "null",
            "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"
        );

    /// <summary>Whether a rule of a schema says so, rather than the schema itself.</summary>
    public bool IsOfRule { get; init; }

    /// <summary>Whether rules are not checked beside such a fault.</summary>
    public bool StopsRules =>
        Reason
            is "FieldValueNotSupported"
                or "FieldValueRequired"
                or "FieldValueTooLong"
                or "FieldValueTooMany"
                or "FieldValueTypeInvalid";

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
