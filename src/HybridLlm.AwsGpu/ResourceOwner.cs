using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace HybridLlm.AwsGpu;

/// <summary>
/// Whose resources these are. Only what carries both the cluster's name and the owner id is ever changed or deleted, so
/// that two installations with the same cluster name cannot touch each other.
/// </summary>
public sealed partial record ResourceOwner
{
    private readonly string _cluster = "";

    /// <summary>Name of the cluster: 1–32 lower-case letters, digits and inner hyphens.</summary>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public required string Cluster
    {
        get => _cluster;
        init =>
            _cluster = ClusterName().IsMatch(value)
                ? value
                : throw new ArgumentException(
                    $"'{value}' is no cluster name: 1–32 lower-case letters, digits and inner hyphens.",
                    nameof(value)
                );
    }

    /// <summary>Random id of this installation, made once and kept.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>
    /// 32 hexadecimal digits that differ for every cluster and owner: the part of a name that must be unique in an
    /// account or, for buckets, in the world.
    /// </summary>
    internal string Fingerprint => Digest("resources")[..32];

    /// <summary>Whether <paramref name="tags"/> carry both halves of the ownership.</summary>
    internal bool Owns(IReadOnlyDictionary<string, string> tags) =>
        tags.GetValueOrDefault(ResourceTags.Cluster) == Cluster
        && tags.GetValueOrDefault(ResourceTags.OwnerId) == OwnerId.ToString();

    /// <summary>Display name of a resource, e.g. <c>hybridllm/lab/vpc</c>.</summary>
    internal string NameOf(string part) => $"hybridllm/{Cluster}/{part}";

    /// <summary>The tags of one resource.</summary>
    /// <param name="component">One of <see cref="ResourceComponents"/>.</param>
    /// <param name="part">End of the display name.</param>
    /// <param name="planId">Plan that makes the resource.</param>
    /// <param name="expires">When the resource loses its right to exist; null means never.</param>
    internal Dictionary<string, string> Tags(
        string component,
        string part,
        string planId,
        DateTimeOffset? expires = null
    ) =>
        new()
        {
            [ResourceTags.Name] = NameOf(part),
            [ResourceTags.Cluster] = Cluster,
            [ResourceTags.OwnerId] = OwnerId.ToString(),
            [ResourceTags.Component] = component,
            [ResourceTags.Plan] = planId,
            [ResourceTags.Expires] = expires is { } at ? ResourceTags.Format(at) : ResourceTags.Never,
        };

    /// <summary>
    /// EC2's idempotency token for one attempt at one intent. The same three always give the same token, so a call
    /// repeated by a later process is recognised by EC2 as the first one.
    /// </summary>
    internal string ClientToken(string action, string intentId, int attempt) =>
        Digest($"{action}|{intentId}|{attempt}");

    private string Digest(string purpose) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Cluster}|{OwnerId}|{purpose}")));

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\\z")]
    private static partial Regex ClusterName();
}
