using System.Text.Json;

namespace HybridLlm.AwsGpu.Permissions;

/// <summary>One statement of a policy.</summary>
internal sealed record IamStatement
{
    public required string Sid { get; init; }
    public bool Allows { get; init; } = true;
    public required IReadOnlyList<string> Actions { get; init; }
    public required IReadOnlyList<string> Resources { get; init; }

    /// <summary>Operator, key, values; all must hold.</summary>
    public IReadOnlyList<(string Operator, string Key, string[] Values)> Conditions { get; init; } = [];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString(nameof(Sid), Sid);
        json.WriteString("Effect", Allows ? "Allow" : "Deny");
        WriteList(json, "Action", Actions);
        WriteList(json, "Resource", Resources);
        if (Conditions.Count > 0)
        {
            json.WriteStartObject("Condition");
            foreach (var group in Conditions.GroupBy(c => c.Operator))
            {
                json.WriteStartObject(group.Key);
                foreach (var (_, key, values) in group)
                {
                    WriteList(json, key, values);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 1)
        {
            json.WriteString(name, values[0]);
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
