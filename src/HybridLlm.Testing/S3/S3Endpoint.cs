using System.Xml.Linq;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>Answers S3's REST interface, path style.</summary>
internal sealed class S3Endpoint(CloudState cloud)
{
    private static readonly HashSet<string> s_headers = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-amz-api-version",
        "x-amz-checksum-mode",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-expected-bucket-owner",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-security-token",
        "x-amz-trailer",
        "x-amz-user-agent",
    };

    public Reply Answer(RawRequest request)
    {
        var path = request.Path.TrimStart('/').Split('/', 2);
        var (bucket, key) = (path[0], path.Length > 1 ? path[1] : "");
        var operation = S3Operation.Of(request, bucket, key);
        var signature = SignatureV4.Of(request);
        EmulatedCall call = new()
        {
            Service = "s3",
            Action = operation?.Name ?? request.Method,
            Region = signature?.Region,
            Target = key.Length == 0 ? bucket : $"{bucket}/{key}",
            IsWrite = operation?.IsWrite ?? request.Method is not ("GET" or "HEAD"),
        };
        return CallRunner.Run(
            cloud,
            call,
            () =>
            {
                S3Authentication.Check(cloud, request, signature);
                CheckHeaders(request);
                return (operation ?? throw ServiceError.Gap($"S3 {request.Method} with {Describe(request)}")).Handle(
                    new S3Call(cloud, request, signature!.Region, bucket, key)
                );
            },
            error => Error(request, bucket, error)
        );
    }

    private static void CheckHeaders(RawRequest request)
    {
        foreach (
            var (name, value) in request.Headers.Where(h =>
                h.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            var known =
                s_headers.Contains(name)
                || name.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase)
                || (
                    name.Equals("x-amz-server-side-encryption", StringComparison.OrdinalIgnoreCase) && value == "AES256"
                )
                || (name.Equals("x-amz-storage-class", StringComparison.OrdinalIgnoreCase) && value == "STANDARD");
            if (!known)
            {
                throw ServiceError.Gap($"S3's header {name}: {value}");
            }
        }
    }

    private static string Describe(RawRequest request) => string.Join(", ", request.Query.Select(p => p.Key));

    private Reply Error(RawRequest request, string bucket, ServiceError error)
    {
        var reply = Reply.Xml(
            new XElement(
                "Error",
                new XElement("Code", error.Code),
                new XElement("Message", error.Message),
                new XElement("Resource", request.Path),
                new XElement("RequestId", cloud.Ids.Hex(16))
            ),
            error.Status
        );
        Dictionary<string, string> headers = [];
        if (cloud.Buckets.Find(bucket) is { } found)
        {
            headers["x-amz-bucket-region"] = found.Region;
        }

        return reply with
        {
            ContentType = "application/xml",
            Headers = headers,
        };
    }
}
