using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>The fields that are the server's, whatever a client sends.</summary>
internal static class SystemFields
{
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";
    private const int LongestGeneratedBase = 58;

    private static readonly string[] s_kept =
    [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
    ];

    public static void SetForCreation(JsonObject o, ResourceKind kind, DateTimeOffset now)
    {
        var metadata = o.Metadata();
        foreach (var field in s_kept)
        {
            metadata.Remove(field);
        }

        metadata.Remove("managedFields");
        if (o.Name().Length == 0 && metadata.TextAt("generateName") is { Length: > 0 } start)
        {
            metadata["name"] = start[..Math.Min(start.Length, LongestGeneratedBase)] + NewSuffix();
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Meta.Seconds(now);
        if (kind.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        if (kind.HasStatus)
        {
            o.Remove("status");
        }
    }

    /// <summary>Takes over from the old version what the write may not change.</summary>
    public static JsonObject ForUpdate(JsonObject before, JsonObject asked, ResourceKind kind, WriteScope scope)
    {
        var after = scope switch
        {
            WriteScope.Main => Main(before, asked, kind),
            WriteScope.Status => Status(before, asked, kind),
            WriteScope.Finalize => WithPart(before, asked, "spec", "finalizers"),
            _ => WithPart(before, asked, "status", "conditions"),
        };
        foreach (var field in s_kept)
        {
            Carry(before.Metadata(), after.Metadata(), field);
        }

        after.Metadata().Remove("managedFields");
        if (kind.HasGeneration && !JsonNode.DeepEquals(Wanted(before), Wanted(after)))
        {
            BumpGeneration(after);
        }

        return after;
    }

    public static void BumpGeneration(JsonObject o)
    {
        if (o.NumberAt("metadata", "generation") is { } generation)
        {
            o.Metadata()["generation"] = generation + 1;
        }
    }

    private static JsonObject Main(JsonObject before, JsonObject asked, ResourceKind kind)
    {
        var after = asked.Copy();
        if (kind.HasStatus)
        {
            Carry(before, after, "status");
        }

        return after;
    }

    private static JsonObject Status(JsonObject before, JsonObject asked, ResourceKind kind)
    {
        var after = before.Copy();
        Carry(asked, after, "status");
        if (kind.Resource is "pods" or "nodes")
        {
            Carry(asked.Metadata(), after.Metadata(), "labels");
            Carry(asked.Metadata(), after.Metadata(), "annotations");
        }

        return after;
    }

    private static JsonObject WithPart(JsonObject before, JsonObject asked, string part, string field)
    {
        var after = before.Copy();
        Carry(asked.ObjectAt(part) ?? [], after.Make(part), field);
        return after;
    }

    private static void Carry(JsonObject from, JsonObject to, string field)
    {
        to.Remove(field);
        if (from[field] is { } value)
        {
            to[field] = value.DeepClone();
        }
    }

    private static JsonObject Wanted(JsonObject o)
    {
        var wanted = o.Copy();
        wanted.Remove("metadata");
        wanted.Remove("status");
        return wanted;
    }

    private static string NewSuffix() => new(RandomNumberGenerator.GetItems<char>(NameLetters, 5));
}
