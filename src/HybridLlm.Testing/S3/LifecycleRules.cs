using System.Globalization;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>One rule: what expires when.</summary>
/// <param name="Prefix">Keys it is for; empty for all.</param>
/// <param name="Days">Days until the current version expires; null never.</param>
/// <param name="NoncurrentDays">Days after which a version that was superseded goes; null never.</param>
/// <param name="RemoveLoneMarkers">Whether a delete marker with nothing behind it goes.</param>
internal sealed record LifecycleRule(string Prefix, int? Days, int? NoncurrentDays, bool RemoveLoneMarkers);

/// <summary>Reads and applies lifecycle configurations. S3 acts at midnight UTC, and so does this.</summary>
internal static class LifecycleRules
{
    public static IReadOnlyList<LifecycleRule> Read(XElement configuration) =>
        [.. configuration.Elements().Where(e => e.Name.LocalName == "Rule").Select(ReadRule).OfType<LifecycleRule>()];

    public static void Apply(Bucket bucket, DateTimeOffset now, Func<string> newVersionId)
    {
        foreach (var history in bucket.Histories.ToList())
        {
            var rules = bucket
                .Lifecycle.Where(r => history[0].Key.StartsWith(r.Prefix, StringComparison.Ordinal))
                .ToList();
            ExpireNoncurrent(bucket, history, rules, now);
            ExpireCurrent(bucket, history[0], rules, now, newVersionId);
        }
    }

    private static void ExpireNoncurrent(
        Bucket bucket,
        IReadOnlyList<ObjectVersion> history,
        List<LifecycleRule> rules,
        DateTimeOffset now
    )
    {
        if (rules.Min(r => r.NoncurrentDays) is not { } days)
        {
            return;
        }

        for (var i = 1; i < history.Count; i++)
        {
            // A version became noncurrent when the next newer one was written.
            if (Due(history[i - 1].Modified, days) <= now)
            {
                bucket.Remove(history[i], now);
            }
        }
    }

    private static void ExpireCurrent(
        Bucket bucket,
        ObjectVersion current,
        List<LifecycleRule> rules,
        DateTimeOffset now,
        Func<string> newVersionId
    )
    {
        if (current.IsDeleteMarker)
        {
            var alone = bucket.Histories.Single(h => h[0].Key == current.Key).Count == 1;
            if (alone && rules.Exists(r => r.RemoveLoneMarkers))
            {
                bucket.Remove(current, now);
            }
        }
        else if (rules.Min(r => r.Days) is { } days && Due(current.Modified, days) <= now)
        {
            if (bucket.Versioning == Versioning.Off)
            {
                bucket.Remove(current, now);
            }
            else
            {
                bucket.Add(
                    new ObjectVersion
                    {
                        Key = current.Key,
                        VersionId = newVersionId(),
                        Modified = Due(current.Modified, days),
                        IsDeleteMarker = true,
                    }
                );
            }
        }
    }

    /// <summary>So many days later, rounded up to midnight.</summary>
    private static DateTimeOffset Due(DateTimeOffset from, int days)
    {
        var due = from.UtcDateTime.AddDays(days);
        var midnight = due.Date == due ? due : due.Date.AddDays(1);
        return new DateTimeOffset(midnight, TimeSpan.Zero);
    }

    private static LifecycleRule? ReadRule(XElement rule)
    {
        var known = new[]
        {
            "ID",
            "Status",
            "Prefix",
            "Filter",
            "Expiration",
            "NoncurrentVersionExpiration",
            "AbortIncompleteMultipartUpload",
        };
        if (rule.Elements().FirstOrDefault(e => !known.Contains(e.Name.LocalName)) is { } unknown)
        {
            throw ServiceError.Gap($"a lifecycle rule with {unknown.Name.LocalName}");
        }

        var filter = Child(rule, "Filter");
        if (filter?.Elements().FirstOrDefault(e => e.Name.LocalName != "Prefix") is { } condition)
        {
            throw ServiceError.Gap($"a lifecycle filter with {condition.Name.LocalName}");
        }

        var expiration = Child(rule, "Expiration");
        var noncurrent = Child(rule, "NoncurrentVersionExpiration");
        return Child(rule, "Status")?.Value != "Enabled"
            ? null
            : new LifecycleRule(
                (Child(filter, "Prefix") ?? Child(rule, "Prefix"))?.Value ?? "",
                Days(Child(expiration, "Days")),
                Days(Child(noncurrent, "NoncurrentDays")),
                Child(expiration, "ExpiredObjectDeleteMarker")?.Value == "true"
            );
    }

    private static XElement? Child(XElement? parent, string name) =>
        parent?.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    private static int? Days(XElement? element) =>
        element is null ? null
        : int.TryParse(element.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days > 0 ? days
        : throw new ServiceError("InvalidArgument", "'Days' in a lifecycle rule must be a positive integer");
}
