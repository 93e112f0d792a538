using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HybridLlm.AwsGpu.Permissions;

/// <summary>
/// The least a controller must be allowed, as an IAM policy document. Everything it makes must carry the owner's tags from the first moment,
/// everything it changes or deletes must carry them already, and the one tag it may write later is the lease. Pure.
/// </summary>
public static partial class IamPolicy
{
    /// <summary>Longest managed policy IAM takes, characters without white space.</summary>
    public const int MaxLength = 6144;

    /// <summary>The policy document, JSON.</summary>
    /// <param name="spec">What the controller is for.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    public static string MinimalIamPolicy(IamPolicySpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The policy spec", Faults(spec));
        using MemoryStream output = new();
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("Version", "2012-10-17");
            json.WriteStartArray("Statement");
            foreach (var statement in new IamStatements(spec).All())
            {
                statement.Write(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray()) + "\n";
    }

    private static IEnumerable<string?> Faults(IamPolicySpec spec) =>
        [
            AccountForm().IsMatch(spec.AccountId) ? null : $"AccountId is '{spec.AccountId}', must be 12 digits",
            string.IsNullOrWhiteSpace(spec.Region) ? "Region is empty" : null,
            spec.Partition is "aws" or "aws-cn" or "aws-us-gov"
                ? null
                : $"Partition is '{spec.Partition}', must be aws, aws-cn or aws-us-gov",
        ];

    [GeneratedRegex(@"^[0-9]{12}\z")]
    private static partial Regex AccountForm();
}
