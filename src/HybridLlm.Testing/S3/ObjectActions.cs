using System.Globalization;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>Single objects.</summary>
internal static class ObjectActions
{
    private const string Metadata = "x-amz-meta-";
    private const int LongestKey = 1024;
    private static readonly string[] s_keptHeaders = ["Cache-Control", "Content-Disposition", "Content-Language"];

    public static Reply Put(S3Call call)
    {
        var raw = call.Raw;
        var bucket = call.Bucket;
        CheckLength(call);
        call.ReadBody();
        CheckConditions(raw, bucket.Current(call.Key));
        ObjectVersion version = new()
        {
            Key = call.Key,
            VersionId = call.Cloud.Buckets.NewVersionId(bucket),
            Modified = call.Now,
            Body = call.Body,
            ETag = Checksums.ETag(call.Body),
            ContentType = raw.Header("Content-Type") ?? "binary/octet-stream",
            Headers = raw
                .Headers.Where(h =>
                    h.Key.StartsWith(Metadata, StringComparison.OrdinalIgnoreCase) || s_keptHeaders.Contains(h.Key)
                )
                .ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()),
            Checksums = call.Sums,
        };
        bucket.Add(version);
        return new Reply
        {
            Headers = new Dictionary<string, string>([.. Identity(bucket, version), .. version.Checksums])
            {
                ["ETag"] = version.ETag,
                ["x-amz-server-side-encryption"] = "AES256",
            },
        };
    }

    public static Reply Get(S3Call call) => Read(call, withBody: true);

    public static Reply Head(S3Call call) => Read(call, withBody: false);

    public static Reply Delete(S3Call call)
    {
        var (version, isMarker) = Delete(call, call.Key, call.Raw.Parameter("versionId"));
        Dictionary<string, string> headers = [];
        if (version is not null)
        {
            headers["x-amz-version-id"] = version;
        }

        if (isMarker)
        {
            headers["x-amz-delete-marker"] = "true";
        }

        return new Reply { Status = 204, Headers = headers };
    }

    /// <summary>
    /// Deletes a version for good, or without one the object: for a versioned bucket that only adds a marker. What is not
    /// there is deleted as well.
    /// </summary>
    /// <returns>Version that went or came, null without versioning; whether it is a delete marker.</returns>
    public static (string? VersionId, bool IsMarker) Delete(S3Call call, string key, string? versionId)
    {
        var bucket = call.Bucket;
        if (versionId is not null)
        {
            var doomed = bucket.Find(key, versionId);
            if (doomed is not null)
            {
                bucket.Remove(doomed, call.Now);
            }

            return (versionId, doomed?.IsDeleteMarker ?? false);
        }

        if (bucket.Versioning == Versioning.Off)
        {
            if (bucket.Current(key) is { } current)
            {
                bucket.Remove(current, call.Now);
            }

            return (null, false);
        }

        ObjectVersion marker = new()
        {
            Key = key,
            VersionId = call.Cloud.Buckets.NewVersionId(bucket),
            Modified = call.Now,
            IsDeleteMarker = true,
        };
        bucket.Add(marker);
        return (marker.VersionId, true);
    }

    private static Reply Read(S3Call call, bool withBody)
    {
        var raw = call.Raw;
        var bucket = call.Bucket;
        var version = Find(call, bucket, raw.Parameter("versionId"));
        if (raw.Header("If-Match") is { } match && match != version.ETag && match != "*")
        {
            throw PreconditionFailed("If-Match");
        }

        if (raw.Header("If-None-Match") is { } none && (none == version.ETag || none == "*"))
        {
            return new Reply
            {
                Status = 304,
                Headers = new Dictionary<string, string> { ["ETag"] = version.ETag },
            };
        }

        Dictionary<string, string> headers = new([.. Identity(bucket, version), .. version.Headers])
        {
            ["ETag"] = version.ETag,
            ["Last-Modified"] = version.Modified.ToString("R", CultureInfo.InvariantCulture),
            ["Accept-Ranges"] = "bytes",
            ["x-amz-server-side-encryption"] = "AES256",
        };
        var range = ByteRange.Read(raw.Header("Range"), version.Body.Length);
        if (range is { } part)
        {
            headers["Content-Range"] = string.Create(
                CultureInfo.InvariantCulture,
                $"bytes {part.First}-{part.Last}/{version.Body.Length}"
            );
        }
        else if (raw.Header("x-amz-checksum-mode") == "ENABLED")
        {
            foreach (var (name, value) in version.Checksums)
            {
                headers[name] = value;
            }
        }

        var body = range is { } cut ? version.Body.AsMemory((int)cut.First, (int)cut.Length) : version.Body;
        return new Reply
        {
            Status = range is null ? 200 : 206,
            ContentType = version.ContentType,
            Headers = headers,
            Body = withBody ? body : default,
            ContentLength = body.Length,
        };
    }

    private static ObjectVersion Find(S3Call call, Bucket bucket, string? versionId)
    {
        if (versionId is not null)
        {
            var version = bucket.Find(call.Key, versionId);
            return version is null
                    ? throw new ServiceError("NoSuchVersion", "The specified version does not exist.", 404)
                : version.IsDeleteMarker
                    ? throw new ServiceError(
                        "MethodNotAllowed",
                        "The specified method is not allowed against this resource.",
                        405
                    )
                : version;
        }

        return bucket.Current(call.Key) is { IsDeleteMarker: false } current ? current
            : call.Cloud.Options.MissingObjectIsForbidden ? throw new ServiceError("AccessDenied", "Access Denied", 403)
            : throw new ServiceError("NoSuchKey", "The specified key does not exist.", 404);
    }

    private static void CheckLength(S3Call call)
    {
        if (call.Key.Length > LongestKey)
        {
            throw new ServiceError("KeyTooLongError", "Your key is too long");
        }

        if (call.Raw.Header("Transfer-Encoding") is not null)
        {
            throw new ServiceError(
                "NotImplemented",
                "A header you provided implies functionality that is not implemented",
                501
            );
        }

        if (call.Raw.Header("Content-Length") is null)
        {
            throw new ServiceError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
        }
    }

    private static void CheckConditions(RawRequest raw, ObjectVersion? current)
    {
        var existing = current is { IsDeleteMarker: false } ? current : null;
        if (raw.Header("If-None-Match") is { } none)
        {
            if (none != "*")
            {
                throw new ServiceError(
                    "NotImplemented",
                    "A header you provided implies functionality that is not implemented",
                    501
                );
            }

            if (existing is not null)
            {
                throw PreconditionFailed("If-None-Match");
            }
        }

        if (raw.Header("If-Match") is { } match)
        {
            if (existing is null)
            {
                throw new ServiceError("NoSuchKey", "The specified key does not exist.", 404);
            }

            if (match.Trim('"') != existing.ETag.Trim('"'))
            {
                throw PreconditionFailed("If-Match");
            }
        }
    }

    private static ServiceError PreconditionFailed(string condition) =>
        new("PreconditionFailed", $"At least one of the pre-conditions you specified did not hold: {condition}", 412);

    private static Dictionary<string, string> Identity(Bucket bucket, ObjectVersion version) =>
        bucket.Versioning == Versioning.Off ? [] : new() { ["x-amz-version-id"] = version.VersionId };
}
