using System.Text.RegularExpressions;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Imds;

namespace HybridLlm.Testing.S3;

/// <summary>The account's buckets. Names are one space over all regions. Belongs to the cloud's lock.</summary>
internal sealed partial class BucketStore(CloudState cloud)
{
    private readonly SortedDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    public IEnumerable<Bucket> All => _buckets.Values;

    public Bucket? Find(string name) => _buckets.GetValueOrDefault(name);

    public void Create(string name, string region)
    {
        if (!Name().IsMatch(name) || name.Contains("..", StringComparison.Ordinal))
        {
            throw new ServiceError("InvalidBucketName", "The specified bucket is not valid.");
        }

        // The path of the metadata service is a bucket name like any other to a client; somebody else has it.
        if (name == ImdsEndpoint.Root)
        {
            throw new ServiceError(
                "BucketAlreadyExists",
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
                    + "Please select a different name and try again.",
                409
            );
        }

        if (_buckets.TryGetValue(name, out var existing))
        {
            // S3 in us-east-1 takes a repetition for a success; no other region does.
            if (existing.Region == "us-east-1" && region == "us-east-1")
            {
                return;
            }

            throw new ServiceError(
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
                409
            );
        }

        Bucket bucket = new(name, region, cloud.Now);
        bucket.Usage = cloud.Meter.Open(
            cloud.Region(region),
            name,
            BillItem.BucketStorage,
            cloud.Now,
            (_, until) => bucket.Storage.Usd(until)
        );
        _buckets.Add(name, bucket);
    }

    public void Delete(Bucket bucket)
    {
        if (!bucket.IsEmpty)
        {
            throw new ServiceError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
        }

        bucket.Usage!.Close(cloud.Now);
        _buckets.Remove(bucket.Name);
    }

    /// <summary>Applies the lifecycle rules of every bucket.</summary>
    public void Expire(DateTimeOffset now)
    {
        foreach (var bucket in _buckets.Values.Where(b => b.Lifecycle.Count > 0))
        {
            LifecycleRules.Apply(bucket, now, () => NewVersionId(bucket));
        }
    }

    /// <summary>The id of the next version, by the bucket's versioning.</summary>
    public string NewVersionId(Bucket bucket) =>
        bucket.Versioning == Versioning.Enabled ? cloud.Ids.Hex(16) + cloud.Ids.Hex(16) : ObjectVersion.NullId;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]$")]
    private static partial Regex Name();
}
