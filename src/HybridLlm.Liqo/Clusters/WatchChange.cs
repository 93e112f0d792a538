using System.Text.Json;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Clusters;

/// <summary>One line of a watch: an object as it is now, or its end; a bookmark carries neither.</summary>
internal sealed record WatchChange(string? ResourceVersion, ClusterObject? Object, bool IsGone)
{
    /// <summary>All that is there, in place of all that was told before; null but from a shared watch.</summary>
    public ObjectList? Listing { get; private init; }

    public static WatchChange Of(ObjectList listing) =>
        new(listing.ResourceVersion, null, IsGone: false) { Listing = listing };

    /// <exception cref="KubernetesCallException">The server ends the watch with an error, mostly an expired version.</exception>
    public static WatchChange Read(ResourceKind kind, JsonElement line, Uri server, string path)
    {
        var type = line.GetProperty("type").GetString();
        var body = line.GetProperty("object");
        if (type == "ERROR")
        {
            var status = body.Deserialize(StatusJson.Default.StatusAnswer);
            var code = status?.Code ?? 500;
            throw new KubernetesCallException(
                server,
                $"GET {path}",
                code,
                status?.Reason,
                status?.Message ?? "the watch failed",
                StatusReasons.KindOf(code, status?.Reason ?? "Unknown")
            );
        }

        if (type == "BOOKMARK")
        {
            var version = body.GetProperty("metadata").GetProperty("resourceVersion").GetString();
            return new WatchChange(version, null, IsGone: false);
        }

        var found = kind.Read(body);
        return new WatchChange(found.Metadata.ResourceVersion, found, IsGone: type == "DELETED");
    }
}
