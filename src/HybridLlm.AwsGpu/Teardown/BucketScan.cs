using System.Buffers;
using Amazon.S3.Model;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Finds the cluster's bucket, wherever it is, and buckets that are named like it.</summary>
internal sealed class BucketScan(AwsClients clients, ResourceOwner owner, InfrastructurePrices prices)
{
    private const decimal BytesPerGiB = 1024m * 1024m * 1024m;
    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    public async Task<(IReadOnlyList<OwnedResource> Owned, IReadOnlyList<ForeignResource> Foreign)> ReadAsync(
        CancellationToken cancellationToken
    )
    {
        var name = BucketName.For(owner);
        var prefix = name[..^owner.Fingerprint.Length];
        var buckets = await ListAsync(prefix, cancellationToken).ConfigureAwait(false);

        List<OwnedResource> owned = [];
        List<ForeignResource> foreign = [];
        foreach (var bucket in buckets.Where(b => IsNamedAlike(b.BucketName, name, prefix)))
        {
            var region = RegionOf(bucket);
            if (bucket.BucketName != name)
            {
                foreign.Add(new ForeignResource(bucket.BucketName, region, "is named like the cluster's bucket"));
                continue;
            }

            var tags = await new BucketPort(clients, region, name)
                .ReadTagsAsync(cancellationToken)
                .ConfigureAwait(false);
            if (tags is null)
            {
                continue;
            }

            // Without tags it is a bucket whose making was cut off after the first step; nobody else has this name.
            if (tags.Count > 0 && !owner.Owns(tags))
            {
                foreign.Add(
                    new ForeignResource(name, region, "has the cluster's bucket name and another owner's tags")
                );
                continue;
            }

            owned.AddRange(await PricedAsync(name, region, cancellationToken).ConfigureAwait(false));
        }

        return (owned, foreign);
    }

    /// <summary>The cluster's bucket at the price of the models in it, those under some keys left out; empty without such models.</summary>
    public async Task<IReadOnlyList<OwnedResource>> ReadModelsAsync(
        IReadOnlyCollection<string> exceptKeys,
        CancellationToken cancellationToken
    )
    {
        var name = BucketName.For(owner);
        var buckets = await ListAsync(name, cancellationToken).ConfigureAwait(false);
        if (
            buckets.Find(b => b.BucketName == name) is not { } bucket
            || await new BucketPort(clients, RegionOf(bucket), name)
                .ReadTagsAsync(cancellationToken)
                .ConfigureAwait(false)
                is not { } tags
            || !owner.Owns(tags)
        )
        {
            return [];
        }

        var versions = await new ObjectStore(clients, RegionOf(bucket), name)
            .ListVersionsAsync("", cancellationToken)
            .ConfigureAwait(false);
        var models = versions.Where(v => ObjectKeys.IsModel(v.Key) && !exceptKeys.Contains(v.Key)).ToList();
        return models.Count == 0 ? [] : [Bucket(name, RegionOf(bucket), models) with { HoldsModels = true }];
    }

    private Task<List<S3Bucket>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new ListBucketsRequest { Prefix = prefix, ContinuationToken = next },
            clients.S3(clients.HomeRegion).ListBucketsAsync,
            page => (page.Buckets?.AsEnumerable(), page.ContinuationToken),
            cancellationToken
        );

    private string RegionOf(S3Bucket bucket) =>
        string.IsNullOrEmpty(bucket.BucketRegion) ? clients.HomeRegion : bucket.BucketRegion;

    /// <summary>Whether a name differs from ours in the fingerprint only; cluster <c>lab-2</c> is not like <c>lab</c>.</summary>
    private static bool IsNamedAlike(string bucket, string name, string prefix) =>
        bucket.Length == name.Length
        && bucket.StartsWith(prefix, StringComparison.Ordinal)
        && bucket.AsSpan(prefix.Length).IndexOfAnyExcept(s_hexadecimal) < 0;

    /// <summary>The bucket, and what lies in it besides models where there are models.</summary>
    private async Task<IReadOnlyList<OwnedResource>> PricedAsync(
        string name,
        string region,
        CancellationToken cancellationToken
    )
    {
        var versions = await new ObjectStore(clients, region, name)
            .ListVersionsAsync("", cancellationToken)
            .ConfigureAwait(false);
        var models = versions.Where(v => ObjectKeys.IsModel(v.Key)).ToList();
        var bucket = Bucket(name, region, versions);
        return models.Count == 0 ? [bucket]
            : models.Count == versions.Count ? [bucket with { HoldsModels = true }]
            :
            [
                bucket with
                {
                    HoldsModels = true,
                    UsdPerMonth = Price(models),
                },
                bucket with
                {
                    Kind = OwnedResourceKind.Objects,
                    UsdPerMonth = Price(versions) - Price(models),
                },
            ];
    }

    private OwnedResource Bucket(string name, string region, IEnumerable<ObjectVersion> versions) =>
        new()
        {
            Kind = OwnedResourceKind.Bucket,
            Id = name,
            Region = region,
            Component = ResourceComponents.Storage,
            UsdPerMonth = Price(versions),
        };

    private decimal Price(IEnumerable<ObjectVersion> versions) =>
        versions.Sum(v => v.Size) / BytesPerGiB * prices.StorageGiBMonth;
}
