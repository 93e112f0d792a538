using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Schemas;

/// <summary>Judges a custom resource by its schema, in the words of the API server.</summary>
internal static class SchemaValidation
{
    private static readonly TimeSpan s_patternLimit = TimeSpan.FromSeconds(1);

    /// <summary>Every fault.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="resource">The whole object.</param>
    /// <param name="old">What it was before an update; null on creation.</param>
    public static IReadOnlyList<FieldFault> Judge(StructuralSchema schema, JsonObject resource, JsonObject? old)
    {
        List<FieldFault> faults = [];
        foreach (var (name, property) in schema.Properties)
        {
            if (name is not ("apiVersion" or "kind" or "metadata") && resource.ContainsKey(name))
            {
                Judge(property, name, resource[name], old?[name], faults);
            }
        }

        JudgeRequired(schema, "", resource, faults);
        if (schema.HasRules && faults.Any(f => f.StopsRules))
        {
            faults.RemoveAll(f => f.IsOfRule);
            faults.Add(FieldFault.RulesNotChecked);
        }

        return faults;
    }

    private static void Judge(
        StructuralSchema schema,
        string path,
        JsonNode? value,
        JsonNode? old,
        List<FieldFault> faults
    )
    {
        if (value is null)
        {
            if (!schema.IsNullable)
            {
                faults.Add(WrongType(path, schema.Type ?? "object", "null"));
            }

            return;
        }

        if (!HasType(schema, value))
        {
            faults.Add(WrongType(path, schema.IsIntOrString ? "integer,string" : schema.Type!, TypeName(value)));
            return;
        }

        JudgeEnum(schema, path, value, faults);
        switch (value)
        {
            case JsonObject map:
                JudgeMap(schema, path, map, old as JsonObject, faults);
                break;
            case JsonArray list:
                JudgeList(schema, path, list, faults);
                break;
            default:
                JudgeScalar(schema, path, value, faults);
                break;
        }

        if (old is not null && !JsonNode.DeepEquals(old, value))
        {
            faults.AddRange(
                schema.ImmutableMessages.Select(m =>
                    FieldFault.Invalid(path, GoText(value), m) with
                    {
                        IsOfRule = true,
                    }
                )
            );
        }
    }

    private static void JudgeMap(
        StructuralSchema schema,
        string path,
        JsonObject map,
        JsonObject? old,
        List<FieldFault> faults
    )
    {
        foreach (var (name, value) in map)
        {
            if ((schema.Properties.GetValueOrDefault(name) ?? schema.Values) is { } known)
            {
                Judge(known, $"{path}.{name}", value, old?[name], faults);
            }
        }

        JudgeRequired(schema, path + ".", map, faults);
    }

    private static void JudgeRequired(
        StructuralSchema schema,
        string prefix,
        JsonObject map,
        List<FieldFault> faults
    ) => faults.AddRange(schema.Required.Where(r => !map.ContainsKey(r)).Select(r => FieldFault.Required(prefix + r)));

    // List items have no place in the rule "unchanged": the server cannot tell which item was which.
    private static void JudgeList(StructuralSchema schema, string path, JsonArray list, List<FieldFault> faults)
    {
        if (list.Count < schema.MinItems)
        {
            faults.Add(
                FieldFault.Invalid(
                    path,
                    list.Count.ToString(CultureInfo.InvariantCulture),
                    $"{path} in body should have at least {schema.MinItems} items"
                )
            );
        }

        for (var i = 0; i < list.Count && schema.Items is not null; i++)
        {
            Judge(schema.Items, $"{path}[{i}]", list[i], null, faults);
        }
    }

    private static void JudgeEnum(StructuralSchema schema, string path, JsonNode value, List<FieldFault> faults)
    {
        if (schema.Enum.Count > 0 && !schema.Enum.Contains(value.ToJsonString()))
        {
            faults.Add(FieldFault.NotSupported(path, value.ToJsonString(), schema.Enum));
        }
    }

    private static void JudgeScalar(StructuralSchema schema, string path, JsonNode value, List<FieldFault> faults)
    {
        if (value.GetValueKind() == JsonValueKind.String)
        {
            JudgeText(schema, path, value.GetValue<string>(), faults);
        }
        else if (value.GetValueKind() == JsonValueKind.Number)
        {
            JudgeNumber(schema, path, value, faults);
        }
    }

    private static void JudgeNumber(StructuralSchema schema, string path, JsonNode value, List<FieldFault> faults)
    {
        var number = decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (number < schema.Minimum)
        {
            faults.Add(
                FieldFault.Invalid(
                    path,
                    value.ToJsonString(),
                    $"{path} in body should be greater than or equal to {schema.Minimum}"
                )
            );
        }

        if (number > schema.Maximum)
        {
            faults.Add(
                FieldFault.Invalid(
                    path,
                    value.ToJsonString(),
                    $"{path} in body should be less than or equal to {schema.Maximum}"
                )
            );
        }
    }

    private static void JudgeText(StructuralSchema schema, string path, string text, List<FieldFault> faults)
    {
        if (text.Length < schema.MinLength)
        {
            faults.Add(
                FieldFault.InvalidText(path, text, $"{path} in body should be at least {schema.MinLength} chars long")
            );
        }

        if (text.Length > schema.MaxLength)
        {
            faults.Add(
                FieldFault.InvalidText(path, text, $"{path} in body should be at most {schema.MaxLength} chars long")
            );
        }

        if (schema.Pattern is { } pattern && !Matches(pattern, text))
        {
            faults.Add(FieldFault.InvalidText(path, text, $"{path} in body should match '{pattern}'"));
        }

        if (schema.Format is { } format && !TextFormats.Allows(format, text))
        {
            faults.Add(FieldFault.InvalidText(path, text, $"{path} in body must be of type {format}: \"{text}\""));
        }
    }

    private static bool Matches(string pattern, string text) =>
        Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.ECMAScript, s_patternLimit);

    private static bool HasType(StructuralSchema schema, JsonNode value)
    {
        var type = TypeName(value);
        return schema.IsIntOrString
            ? type is "integer" or "string"
            : schema.Type is null || schema.Type == type || (schema.Type == "number" && type == "integer");
    }

    private static FieldFault WrongType(string path, string wanted, string found) =>
        FieldFault.InvalidText(path, found, $"{path} in body must be of type {wanted}: \"{found}\"");

    private static string TypeName(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => value.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E') ? "number" : "integer",
        };

    private static string GoText(JsonNode value) =>
        value is JsonObject or JsonArray ? TypeName(value) : value.ToJsonString();
}
