using System.Text.Json;

namespace HybridLlm.AwsGpu.Interruptions.Sources;

/// <summary>
/// Reads EC2's events in EventBridge's envelope (EventBridge user guide, "Events from AWS services"; EC2 user guide, "Spot Instance interruption
/// notices"). Pure.
/// </summary>
public static class InterruptionEvents
{
    /// <summary>What an event says of instances; empty for an event of another kind, or what is no event at all.</summary>
    /// <param name="json">Body of the message.</param>
    /// <param name="heardAt">When it was received.</param>
    public static IReadOnlyList<InterruptionSignal> Parse(string json, DateTimeOffset heardAt)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("detail", out var detail)
                ? Read(Text(root, "detail-type"), Time(root), detail, heardAt)
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IReadOnlyList<InterruptionSignal> Read(
        string? type,
        DateTimeOffset? time,
        JsonElement detail,
        DateTimeOffset heardAt
    )
    {
        var instance = Text(detail, "instance-id");
        return (type, instance) switch
        {
            ("EC2 Spot Instance Interruption Warning", { } id) =>
            [
                Signal(id, InterruptionKind.Notice, heardAt) with
                {
                    EndsAt = time + SpotNotice.Warning,
                },
            ],
            ("EC2 Instance Rebalance Recommendation", { } id) => [Signal(id, InterruptionKind.Rebalance, heardAt)],
            ("EC2 Instance State-change Notification", { } id) when IsEnding(Text(detail, "state")) =>
            [
                // The event does not say who ended it.
                Signal(id, InterruptionKind.Ended, heardAt) with
                {
                    EndsAt = time,
                    ByEc2 = false,
                },
            ],
            ("AWS Health Event", _) when IsMaintenance(detail) =>
            [
                .. Entities(detail).Select(id => Signal(id, InterruptionKind.Rebalance, heardAt)),
            ],
            _ => [],
        };
    }

    private static InterruptionSignal Signal(string instanceId, InterruptionKind kind, DateTimeOffset heardAt) =>
        new()
        {
            InstanceId = instanceId,
            Kind = kind,
            Source = InterruptionSource.Queue,
            At = heardAt,
        };

    private static bool IsEnding(string? state) => state is "stopping" or "stopped" or "shutting-down" or "terminated";

    private static bool IsMaintenance(JsonElement detail) =>
        Text(detail, "service") == "EC2" && Text(detail, "eventTypeCategory") == "scheduledChange";

    private static IEnumerable<string> Entities(JsonElement detail) =>
        detail.TryGetProperty("affectedEntities", out var entities) && entities.ValueKind == JsonValueKind.Array
            ? entities.EnumerateArray().Select(e => Text(e, "entityValue")).OfType<string>()
            : [];

    private static DateTimeOffset? Time(JsonElement root) =>
        root.TryGetProperty("time", out var time)
        && time.ValueKind == JsonValueKind.String
        && time.TryGetDateTimeOffset(out var at)
            ? at
            : null;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
