using Amazon.S3;
using Amazon.S3.Model;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>The S3 calls on a bucket as a whole, in our records.</summary>
internal sealed class BucketPort(AwsClients clients, string region, string bucket)
{
    private const string MailboxRule = "mailbox";

    private AmazonS3Client S3 => clients.S3(region);

    public async Task<BucketFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var tags = await ReadTagsAsync(cancellationToken).ConfigureAwait(false);
        if (tags is null)
        {
            return BucketFacts.Absent;
        }

        var blocked = ReadPublicAccessBlockedAsync(cancellationToken);
        var versioned = ReadVersionedAsync(cancellationToken);
        var expires = ReadMailboxExpiresAsync(cancellationToken);
        await Task.WhenAll(blocked, versioned, expires).ConfigureAwait(false);
        return new BucketFacts
        {
            Exists = true,
            Tags = tags,
            PublicAccessBlocked = await blocked.ConfigureAwait(false),
            Versioned = await versioned.ConfigureAwait(false),
            MailboxExpires = await expires.ConfigureAwait(false),
        };
    }

    public async Task ApplyAsync(BucketStep step, BucketSpec spec, CancellationToken cancellationToken) =>
        await (
            step switch
            {
                BucketStep.Create => CreateAsync(cancellationToken),
                BucketStep.Tag => TagAsync(spec, cancellationToken),
                BucketStep.BlockPublicAccess => BlockPublicAccessAsync(cancellationToken),
                BucketStep.EnableVersioning => EnableVersioningAsync(cancellationToken),
                BucketStep.ExpireMailbox => ExpireMailboxAsync(cancellationToken),
                _ => throw new ArgumentOutOfRangeException(nameof(step), step, null),
            }
        ).ConfigureAwait(false);

    /// <summary>The bucket's tags; empty without tags, null when there is no such bucket.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> ReadTagsAsync(CancellationToken cancellationToken)
    {
        try
        {
            GetBucketTaggingRequest request = new() { BucketName = bucket };
            var answer = await clients
                .Caller.RepeatableAsync(S3.GetBucketTaggingAsync, request, cancellationToken)
                .ConfigureAwait(false);
            return (answer.TagSet ?? []).ToDictionary(t => t.Key, t => t.Value);
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.NotFound)
        {
            return refusal.Code == "NoSuchTagSet" ? new Dictionary<string, string>() : null;
        }
    }

    /// <summary>Deletes the bucket, which must be empty of versions.</summary>
    public Task DeleteAsync(CancellationToken cancellationToken) =>
        clients.Caller.RepeatableAsync(
            S3.DeleteBucketAsync,
            new DeleteBucketRequest { BucketName = bucket },
            cancellationToken
        );

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            // S3 refuses its first region by name and wants every other one. The SDK cannot tell the region when all
            // services answer at one address.
            PutBucketRequest request = new() { BucketName = bucket, UseClientRegion = false };
            if (region != "us-east-1")
            {
                request.PutBucketConfiguration = new() { LocationConstraint = region };
            }

            await clients.Caller.OnceAsync(S3.PutBucketAsync, request, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.AlreadyThere) { }
    }

    private Task TagAsync(BucketSpec spec, CancellationToken cancellationToken)
    {
        PutBucketTaggingRequest request = new()
        {
            BucketName = bucket,
            TagSet =
            [
                .. spec
                    .Owner.Tags(ResourceComponents.Storage, "bucket", spec.PlanId)
                    .Select(t => new Tag { Key = t.Key, Value = t.Value }),
            ],
        };
        return SetAsync(S3.PutBucketTaggingAsync, request, cancellationToken);
    }

    private Task BlockPublicAccessAsync(CancellationToken cancellationToken)
    {
        PutPublicAccessBlockRequest request = new()
        {
            BucketName = bucket,
            PublicAccessBlockConfiguration = new()
            {
                BlockPublicAcls = true,
                IgnorePublicAcls = true,
                BlockPublicPolicy = true,
                RestrictPublicBuckets = true,
            },
        };
        return SetAsync(S3.PutPublicAccessBlockAsync, request, cancellationToken);
    }

    private Task EnableVersioningAsync(CancellationToken cancellationToken)
    {
        PutBucketVersioningRequest request = new()
        {
            BucketName = bucket,
            VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
        };
        return SetAsync(S3.PutBucketVersioningAsync, request, cancellationToken);
    }

    private Task ExpireMailboxAsync(CancellationToken cancellationToken)
    {
        LifecycleRule rule = new()
        {
            Id = MailboxRule,
            Status = LifecycleRuleStatus.Enabled,
            Filter = new LifecycleFilter
            {
                LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = ObjectKeys.Mailbox },
            },
            Expiration = new LifecycleRuleExpiration { Days = 1 },
            NoncurrentVersionExpiration = new LifecycleRuleNoncurrentVersionExpiration { NoncurrentDays = 1 },
        };
        PutLifecycleConfigurationRequest request = new()
        {
            BucketName = bucket,
            Configuration = new LifecycleConfiguration { Rules = [rule] },
        };
        return SetAsync(S3.PutLifecycleConfigurationAsync, request, cancellationToken);
    }

    private async Task SetAsync<TRequest, TAnswer>(
        Func<TRequest, CancellationToken, Task<TAnswer>> call,
        TRequest request,
        CancellationToken cancellationToken
    )
        where TRequest : Amazon.Runtime.AmazonWebServiceRequest =>
        await clients.Caller.SettlingAsync(call, request, cancellationToken).ConfigureAwait(false);

    private async Task<bool> ReadPublicAccessBlockedAsync(CancellationToken cancellationToken)
    {
        try
        {
            GetPublicAccessBlockRequest request = new() { BucketName = bucket };
            var answer = await clients
                .Caller.RepeatableAsync(S3.GetPublicAccessBlockAsync, request, cancellationToken)
                .ConfigureAwait(false);
            return answer.PublicAccessBlockConfiguration
                is {
                    BlockPublicAcls: true,
                    IgnorePublicAcls: true,
                    BlockPublicPolicy: true,
                    RestrictPublicBuckets: true
                };
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.NotFound)
        {
            return false;
        }
    }

    private async Task<bool> ReadVersionedAsync(CancellationToken cancellationToken)
    {
        GetBucketVersioningRequest request = new() { BucketName = bucket };
        var answer = await clients
            .Caller.RepeatableAsync(S3.GetBucketVersioningAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.VersioningConfig?.Status == VersionStatus.Enabled;
    }

    private async Task<bool> ReadMailboxExpiresAsync(CancellationToken cancellationToken)
    {
        try
        {
            GetLifecycleConfigurationRequest request = new() { BucketName = bucket };
            var answer = await clients
                .Caller.RepeatableAsync(S3.GetLifecycleConfigurationAsync, request, cancellationToken)
                .ConfigureAwait(false);
            return (answer.Configuration?.Rules ?? []).Exists(r =>
                r.Id == MailboxRule
                && r.Status == LifecycleRuleStatus.Enabled
                && r.Expiration?.Days == 1
                && r.NoncurrentVersionExpiration?.NoncurrentDays == 1
            );
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.NotFound)
        {
            return false;
        }
    }
}
