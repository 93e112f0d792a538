using System.Globalization;

namespace HybridLlm.AwsGpu;

/// <summary>
/// Keys and value forms of the tags that stand on everything this package makes. The keys keep to what instance
/// metadata can serve (letters, digits and <c>+-=.,_:@</c>): EC2 refuses a launch whose tag keys it cannot serve.
/// </summary>
public static class ResourceTags
{
    /// <summary>Name of the cluster.</summary>
    public const string Cluster = "hybridllm:cluster";

    /// <summary>Id of the installation that owns the resource; with <see cref="Cluster"/> the licence to delete it.</summary>
    public const string OwnerId = "hybridllm:owner-id";

    /// <summary>What the resource is part of, one of <see cref="ResourceComponents"/>.</summary>
    public const string Component = "hybridllm:component";

    /// <summary>Id of the plan that made the resource.</summary>
    public const string Plan = "hybridllm:plan";

    /// <summary>Instant after which the resource has no right to exist, or <c>never</c>.</summary>
    public const string Expires = "hybridllm:expires";

    /// <summary>Id of the intent an instance, fleet or address answers.</summary>
    public const string Intent = "hybridllm:intent";

    /// <summary>Model that a volume or snapshot holds.</summary>
    public const string Model = "hybridllm:model";

    /// <summary>Instant at which a node powers itself off unless the tag is renewed; the node reads it by instance metadata.</summary>
    public const string LeaseUntil = "hybridllm:lease-until";

    /// <summary>The console's display name.</summary>
    internal const string Name = "Name";

    internal const string Never = "never";

    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>An instant as a tag value: UTC, whole seconds, e.g. <c>2026-11-23T18:02:00Z</c>.</summary>
    /// <param name="instant">The instant; fractions of a second are dropped.</param>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Format"/> wrote; null for anything else.</summary>
    /// <param name="value">Value of a tag; null when the tag is absent.</param>
    public static DateTimeOffset? Parse(string? value) =>
        DateTimeOffset.TryParseExact(
            value,
            InstantFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var instant
        )
            ? instant
            : null;
}
