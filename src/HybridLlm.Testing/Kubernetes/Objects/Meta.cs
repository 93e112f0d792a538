using System.Globalization;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Objects;

/// <summary>The metadata every object has.</summary>
internal static class Meta
{
    public static JsonObject Metadata(this JsonObject o) => o.Make("metadata");

    public static string Name(this JsonObject o) => o.TextAt("metadata", "name") ?? "";

    public static string Namespace(this JsonObject o) => o.TextAt("metadata", "namespace") ?? "";

    public static string Uid(this JsonObject o) => o.TextAt("metadata", "uid") ?? "";

    public static string ResourceVersion(this JsonObject o) => o.TextAt("metadata", "resourceVersion") ?? "";

    public static IReadOnlyList<string> Finalizers(this JsonObject o) => o.TextsAt("metadata", "finalizers");

    public static bool IsDeleting(this JsonObject o) => o.TextAt("metadata", "deletionTimestamp") is not null;

    public static string? Label(this JsonObject o, string key) => o.TextAt("metadata", "labels", key);

    public static string? Annotation(this JsonObject o, string key) => o.TextAt("metadata", "annotations", key);

    public static void SetFinalizers(this JsonObject o, IReadOnlyList<string> finalizers)
    {
        if (finalizers.Count == 0)
        {
            o.Metadata().Remove("finalizers");
        }
        else
        {
            o.Metadata()["finalizers"] = finalizers.ToList();
        }
    }

    /// <summary>The form of metav1.Time: whole seconds, UTC.</summary>
    public static string Seconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The form of metav1.MicroTime.</summary>
    public static string Micros(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Null unless it is a time in RFC 3339 form.</summary>
    public static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
