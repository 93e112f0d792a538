using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>One S3 request, past authentication. Runs under the cloud's lock.</summary>
/// <param name="Cloud">The account.</param>
/// <param name="Raw">The request.</param>
/// <param name="Region">Region it was signed for.</param>
/// <param name="BucketName">Bucket; empty for the service.</param>
/// <param name="Key">Object key; empty for the bucket.</param>
internal sealed record S3Call(CloudState Cloud, RawRequest Raw, string Region, string BucketName, string Key)
{
    public DateTimeOffset Now => Cloud.Now;

    /// <summary>The body as meant, unwrapped and checked.</summary>
    public byte[] Body { get; private set; } = Raw.Body;

    /// <summary>Checksums that came with it.</summary>
    public IReadOnlyDictionary<string, string> Sums { get; private set; } = new Dictionary<string, string>();

    /// <summary>The bucket, which has to be there and in the region signed for.</summary>
    public Bucket Bucket
    {
        get
        {
            var bucket =
                Cloud.Buckets.Find(BucketName)
                ?? throw new ServiceError("NoSuchBucket", "The specified bucket does not exist", 404);
            if (Raw.Header("x-amz-expected-bucket-owner") is { } owner && owner != Cloud.Options.AccountId)
            {
                throw new ServiceError("AccessDenied", "Access Denied", 403);
            }

            return bucket.Region == Region
                ? bucket
                : throw new ServiceError(
                    "AuthorizationHeaderMalformed",
                    $"The authorization header is malformed; the region '{Region}' is wrong; expecting '{bucket.Region}'"
                );
        }
    }

    /// <summary>Unwraps and checks the body.</summary>
    public void ReadBody()
    {
        IReadOnlyDictionary<string, string> trailers = new Dictionary<string, string>();
        if (AwsChunked.IsUsed(Raw))
        {
            (Body, trailers) = AwsChunked.Decode(Raw);
        }

        Sums = Checksums.Check(Raw, trailers, Body);
    }
}
