using System.Globalization;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>Lists of objects and versions, and deletion by list.</summary>
internal static class ListingActions
{
    private const int MostKeys = 1000;

    public static Reply ListObjects(S3Call call)
    {
        var raw = call.Raw;
        Listing listing = new(raw, raw.Parameter("continuation-token") ?? raw.Parameter("start-after") ?? "");
        var current = call.Bucket.Histories.Select(h => h[0]).Where(v => !v.IsDeleteMarker);
        var entries = listing.Cut(current.Select(v => (v.Key, v)), skipMarker: true);
        return S3Xml.Answer(
            new XElement(
                "ListBucketResult",
                listing.Header(call.BucketName),
                new XElement("KeyCount", entries.Versions.Count + entries.Prefixes.Count),
                new XElement("IsTruncated", entries.Next is not null),
                entries.Next is null ? null : new XElement("NextContinuationToken", entries.Next),
                entries.Versions.Select(v => new XElement(
                    "Contents",
                    new XElement("Key", listing.Encode(v.Key)),
                    new XElement("LastModified", Ec2Xml.Timestamp(v.Modified)),
                    new XElement("ETag", v.ETag),
                    new XElement("Size", v.Body.Length),
                    new XElement("StorageClass", "STANDARD")
                )),
                listing.CommonPrefixes(entries.Prefixes)
            )
        );
    }

    public static Reply ListVersions(S3Call call)
    {
        var raw = call.Raw;
        Listing listing = new(raw, raw.Parameter("key-marker") ?? "");
        var after = raw.Parameter("version-id-marker");
        var versions = call.Bucket.Histories.SelectMany(h => h.Select((v, i) => (v.Key, Version: v, IsLatest: i == 0)));
        if (after is { Length: > 0 })
        {
            versions = versions.SkipWhile(v => v.Key != listing.Marker || v.Version.VersionId != after).Skip(1);
        }

        var latest = versions.ToList();
        var entries = listing.Cut(latest.Select(v => (v.Key, v.Version)), skipMarker: after is null or "");
        var last = entries.Versions.Count == 0 ? null : entries.Versions[^1];
        return S3Xml.Answer(
            new XElement(
                "ListVersionsResult",
                listing.Header(call.BucketName),
                new XElement("KeyMarker", listing.Encode(listing.Marker)),
                new XElement("VersionIdMarker", after),
                new XElement("IsTruncated", entries.Next is not null),
                entries.Next is null ? null : new XElement("NextKeyMarker", listing.Encode(entries.Next)),
                entries.Next is null || last?.Key != entries.Next
                    ? null
                    : new XElement("NextVersionIdMarker", last.VersionId),
                entries.Versions.Select(v =>
                    RenderVersion(call, listing, v, latest.Exists(l => l.Version == v && l.IsLatest))
                ),
                listing.CommonPrefixes(entries.Prefixes)
            )
        );
    }

    public static Reply DeleteMany(S3Call call)
    {
        call.ReadBody();
        if (call.Raw.Header("Content-MD5") is null && call.Sums.Count == 0)
        {
            throw new ServiceError(
                "InvalidRequest",
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
            );
        }

        var root = S3Xml.Parse(call.Body);
        var objects = root.Named("Object").ToList();
        if (objects.Count is 0 or > MostKeys)
        {
            throw new ServiceError("MalformedXML", "The XML you provided was not well-formed or did not validate.");
        }

        var quiet = root.Value("Quiet") == "true";
        XElement result = new("DeleteResult");
        foreach (var doomed in objects)
        {
            var key = doomed.Value("Key") ?? "";
            var versionId = doomed.Value("VersionId");
            var (version, isMarker) = ObjectActions.Delete(call, key, versionId);
            if (!quiet)
            {
                result.Add(
                    new XElement(
                        "Deleted",
                        new XElement("Key", key),
                        versionId is null ? null : new XElement("VersionId", versionId),
                        isMarker ? new XElement("DeleteMarker", true) : null,
                        isMarker ? new XElement("DeleteMarkerVersionId", version) : null
                    )
                );
            }
        }

        return S3Xml.Answer(result);
    }

    private static XElement RenderVersion(S3Call call, Listing listing, ObjectVersion version, bool isLatest) =>
        new(
            version.IsDeleteMarker ? "DeleteMarker" : "Version",
            new XElement("Key", listing.Encode(version.Key)),
            new XElement("VersionId", version.VersionId),
            new XElement("IsLatest", isLatest),
            new XElement("LastModified", Ec2Xml.Timestamp(version.Modified)),
            version.IsDeleteMarker ? null : new XElement("ETag", version.ETag),
            version.IsDeleteMarker ? null : new XElement("Size", version.Body.Length),
            version.IsDeleteMarker ? null : new XElement("StorageClass", "STANDARD"),
            new XElement("Owner", new XElement("ID", call.Cloud.Options.AccountId))
        );

    /// <summary>What a listing asks for.</summary>
    private sealed class Listing(RawRequest raw, string marker)
    {
        private readonly string _prefix = raw.Parameter("prefix") ?? "";
        private readonly string _delimiter = raw.Parameter("delimiter") ?? "";
        private readonly bool _encoded = raw.Parameter("encoding-type") == "url";
        private readonly int _most = int.TryParse(
            raw.Parameter("max-keys"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var most
        )
            ? Math.Min(most, MostKeys)
            : MostKeys;

        public string Marker => marker;

        public string Encode(string key) =>
            _encoded ? string.Join('/', key.Split('/').Select(Uri.EscapeDataString)) : key;

        public object?[] Header(string bucket) =>
            [
                new XElement("Name", bucket),
                new XElement("Prefix", Encode(_prefix)),
                new XElement("MaxKeys", _most),
                _delimiter.Length == 0 ? null : new XElement("Delimiter", Encode(_delimiter)),
                _encoded ? new XElement("EncodingType", "url") : null,
            ];

        public IEnumerable<XElement> CommonPrefixes(IEnumerable<string> prefixes) =>
            prefixes.Select(p => new XElement("CommonPrefixes", new XElement("Prefix", Encode(p))));

        /// <summary>One page: versions, common prefixes, and the last key of the page when more follows.</summary>
        public (List<ObjectVersion> Versions, List<string> Prefixes, string? Next) Cut(
            IEnumerable<(string Key, ObjectVersion Version)> all,
            bool skipMarker
        )
        {
            List<ObjectVersion> versions = [];
            List<string> prefixes = [];
            string? last = null;
            foreach (var (key, version) in all.Where(v => v.Key.StartsWith(_prefix, StringComparison.Ordinal)))
            {
                var group = Group(key);
                if (skipMarker && string.CompareOrdinal(group ?? key, marker) <= 0)
                {
                    continue;
                }

                if (group is not null && prefixes.Count > 0 && prefixes[^1] == group)
                {
                    continue;
                }

                if (versions.Count + prefixes.Count == _most)
                {
                    return (versions, prefixes, last);
                }

                if (group is not null)
                {
                    prefixes.Add(group);
                }
                else
                {
                    versions.Add(version);
                }

                last = group ?? key;
            }

            return (versions, prefixes, null);
        }

        private string? Group(string key)
        {
            if (_delimiter.Length == 0)
            {
                return null;
            }

            var end = key.IndexOf(_delimiter, _prefix.Length, StringComparison.Ordinal);
            return end < 0 ? null : key[..(end + _delimiter.Length)];
        }
    }
}
