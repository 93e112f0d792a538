using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.S3.BucketConfigurationActions;

namespace HybridLlm.Testing.S3;

/// <summary>One operation of S3's REST interface.</summary>
/// <param name="Name">AWS's name.</param>
/// <param name="Parameters">Query parameters it knows.</param>
/// <param name="Handle">Does it.</param>
internal sealed record S3Operation(string Name, IReadOnlyList<string> Parameters, Func<S3Call, Reply> Handle)
{
    private static readonly string[] s_listing = ["prefix", "delimiter", "max-keys", "encoding-type"];

    private static readonly Dictionary<(string Method, string Level, string SubResource), S3Operation> s_all = new()
    {
        [("GET", "service", "")] = new("ListBuckets", ["prefix", "bucket-region"], BucketActions.List),
        [("PUT", "bucket", "")] = new("CreateBucket", [], BucketActions.Create),
        [("HEAD", "bucket", "")] = new("HeadBucket", [], BucketActions.Head),
        [("DELETE", "bucket", "")] = new("DeleteBucket", [], BucketActions.Delete),
        [("GET", "bucket", "location")] = new("GetBucketLocation", [], BucketActions.Location),
        [("GET", "bucket", "list-type")] = new(
            "ListObjectsV2",
            [.. s_listing, "continuation-token", "start-after", "fetch-owner"],
            ListingActions.ListObjects
        ),
        [("GET", "bucket", "versions")] = new(
            "ListObjectVersions",
            [.. s_listing, "key-marker", "version-id-marker"],
            ListingActions.ListVersions
        ),
        [("POST", "bucket", "delete")] = new("DeleteObjects", [], ListingActions.DeleteMany),
        [("GET", "bucket", "versioning")] = new("GetBucketVersioning", [], GetVersioning),
        [("PUT", "bucket", "versioning")] = new("PutBucketVersioning", [], PutVersioning),
        [("GET", "bucket", Tagging)] = new("GetBucketTagging", [], GetTagging),
        [("PUT", "bucket", Tagging)] = new("PutBucketTagging", [], PutTagging),
        [("DELETE", "bucket", Tagging)] = new("DeleteBucketTagging", [], DeleteTagging),
        [("GET", "bucket", Lifecycle)] = new("GetBucketLifecycleConfiguration", [], Get(Lifecycle)),
        [("PUT", "bucket", Lifecycle)] = new("PutBucketLifecycleConfiguration", [], PutLifecycle),
        [("DELETE", "bucket", Lifecycle)] = new("DeleteBucketLifecycle", [], DeleteLifecycle),
        [("GET", "bucket", Encryption)] = new("GetBucketEncryption", [], Get(Encryption)),
        [("PUT", "bucket", Encryption)] = new("PutBucketEncryption", [], Put(Encryption)),
        [("DELETE", "bucket", Encryption)] = new("DeleteBucketEncryption", [], Delete(Encryption)),
        [("GET", "bucket", Policy)] = new("GetBucketPolicy", [], Get(Policy)),
        [("PUT", "bucket", Policy)] = new("PutBucketPolicy", [], Put(Policy)),
        [("DELETE", "bucket", Policy)] = new("DeleteBucketPolicy", [], Delete(Policy)),
        [("GET", "bucket", PublicAccessBlock)] = new("GetPublicAccessBlock", [], Get(PublicAccessBlock)),
        [("PUT", "bucket", PublicAccessBlock)] = new("PutPublicAccessBlock", [], Put(PublicAccessBlock)),
        [("DELETE", "bucket", PublicAccessBlock)] = new("DeletePublicAccessBlock", [], Delete(PublicAccessBlock)),
        [("PUT", "object", "")] = new("PutObject", [], ObjectActions.Put),
        [("GET", "object", "")] = new("GetObject", ["versionId"], ObjectActions.Get),
        [("HEAD", "object", "")] = new("HeadObject", ["versionId"], ObjectActions.Head),
        [("DELETE", "object", "")] = new("DeleteObject", ["versionId"], ObjectActions.Delete),
    };

    private static readonly HashSet<string> s_subResources = [.. s_all.Keys.Select(k => k.SubResource)];

    public bool IsWrite =>
        !Name.StartsWith("Get", StringComparison.Ordinal)
        && !Name.StartsWith("Head", StringComparison.Ordinal)
        && !Name.StartsWith("List", StringComparison.Ordinal);

    /// <summary>The operation a request asks for; null for one the emulator does not have.</summary>
    public static S3Operation? Of(RawRequest request, string bucket, string key)
    {
        var level =
            bucket.Length == 0 ? "service"
            : key.Length == 0 ? "bucket"
            : "object";
        var sub = request.Query.Select(p => p.Key).FirstOrDefault(s_subResources.Contains) ?? "";
        return
            s_all.GetValueOrDefault((request.Method, level, sub)) is { } found
            && request.Query.All(p => found.Knows(p.Key, sub))
            ? found
            : null;
    }

    private bool Knows(string parameter, string subResource) =>
        parameter == subResource
        || parameter == "x-id"
        || parameter.StartsWith("X-Amz-", StringComparison.Ordinal)
        || Parameters.Contains(parameter);
}
