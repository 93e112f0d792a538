using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HybridLlm.Planning;
using HybridLlm.Teardown;

namespace HybridLlm.QuickStart;

/// <summary>What <c>--json</c> prints.</summary>
internal sealed record Report
{
    public HybridClusterPlan? Plan { get; set; }

    public IReadOnlyList<TimelineEntry> Timeline { get; set; } = [];

    public string? Answer { get; set; }

    /// <summary>The same question to a server nothing happens to.</summary>
    public string? UndisturbedAnswer { get; set; }

    public decimal SpentUsd => Receipt?.SpentUsd ?? 0;

    public TeardownReceipt? Receipt { get; set; }

    [JsonIgnore]
    public bool IsGood => Answer is { Length: > 0 } && Answer == UndisturbedAnswer && Receipt is { Left: 0 };

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.Report);
}

[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static ReportJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
