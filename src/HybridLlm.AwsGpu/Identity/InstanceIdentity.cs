using System.Text.Json;

namespace HybridLlm.AwsGpu.Identity;

/// <summary>
/// What an instance identity document says (docs.aws.amazon.com, "Instance identity documents"). Only
/// <see cref="IdentityAuthorities.Verify"/> makes one, so holding one means AWS signed it.
/// </summary>
public sealed record InstanceIdentity
{
    internal InstanceIdentity() { }

    /// <summary>Account the instance runs in, 12 digits.</summary>
    public required string AccountId { get; init; }

    /// <summary>Region, e.g. <c>us-east-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Availability zone name.</summary>
    public required string AvailabilityZone { get; init; }

    /// <summary>Instance id.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Instance type.</summary>
    public required string InstanceType { get; init; }

    /// <summary>AMI id.</summary>
    public required string ImageId { get; init; }

    /// <summary>Private IPv4 address.</summary>
    public required string PrivateIp { get; init; }

    /// <summary>When the instance was launched (or last started).</summary>
    public required DateTimeOffset PendingTime { get; init; }

    /// <summary>Reads the document; null when it lacks a field we need.</summary>
    internal static InstanceIdentity? Parse(ReadOnlySpan<byte> document)
    {
        JsonElement root;
        try
        {
            Utf8JsonReader reader = new(document);
            root = JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? Text(string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        return
            Text("accountId") is { Length: > 0 } account
            && Text("region") is { Length: > 0 } region
            && Text("availabilityZone") is { } zone
            && Text("instanceId") is { Length: > 0 } instance
            && Text("instanceType") is { } type
            && Text("imageId") is { } image
            && Text("privateIp") is { Length: > 0 } address
            && root.TryGetProperty("pendingTime", out var pending)
            && pending.TryGetDateTimeOffset(out var pendingTime)
            ? new InstanceIdentity
            {
                AccountId = account,
                Region = region,
                AvailabilityZone = zone,
                InstanceId = instance,
                InstanceType = type,
                ImageId = image,
                PrivateIp = address,
                PendingTime = pendingTime,
            }
            : null;
    }
}
