using System.Text;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>Settings of a bucket: versioning and lifecycle act, tags are shown, the others are kept and given back.</summary>
internal static class BucketConfigurationActions
{
    public const string Encryption = "encryption";
    public const string Lifecycle = "lifecycle";
    public const string Policy = "policy";
    public const string PublicAccessBlock = "publicAccessBlock";
    public const string Tagging = "tagging";

    // What S3 gives every new bucket.
    private const string DefaultEncryption =
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>"
        + "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
        + "<BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";

    private const string DefaultPublicAccessBlock =
        "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
        + "<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"
        + "</PublicAccessBlockConfiguration>";

    private static readonly Dictionary<string, (string Code, string Message)> s_missing = new(StringComparer.Ordinal)
    {
        [Lifecycle] = ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
        [Policy] = ("NoSuchBucketPolicy", "The bucket policy does not exist"),
        [PublicAccessBlock] = (
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found"
        ),
    };

    public static Reply GetVersioning(S3Call call)
    {
        var versioning = call.Bucket.Versioning;
        return S3Xml.Answer(
            new XElement(
                "VersioningConfiguration",
                versioning == Versioning.Off ? null : new XElement("Status", versioning)
            )
        );
    }

    public static Reply PutVersioning(S3Call call)
    {
        call.ReadBody();
        call.Bucket.Versioning = S3Xml.Parse(call.Body).Value("Status") switch
        {
            "Enabled" => Versioning.Enabled,
            "Suspended" => Versioning.Suspended,
            _ => throw new ServiceError(
                "IllegalVersioningConfigurationException",
                "The versioning status is not valid."
            ),
        };
        return new Reply();
    }

    public static Reply GetTagging(S3Call call)
    {
        var tags = call.Bucket.Tags;
        return tags.Count == 0
            ? throw new ServiceError("NoSuchTagSet", "The TagSet does not exist", 404)
            : S3Xml.Answer(
                new XElement(
                    "Tagging",
                    new XElement(
                        "TagSet",
                        tags.Select(t => new XElement(
                            "Tag",
                            new XElement("Key", t.Key),
                            new XElement("Value", t.Value)
                        ))
                    )
                )
            );
    }

    public static Reply PutTagging(S3Call call)
    {
        call.ReadBody();
        var tags = S3Xml.Parse(call.Body).Named("Tag");
        call.Bucket.Tags = new(
            tags.ToDictionary(t => t.Value("Key") ?? "", t => t.Value("Value") ?? "", StringComparer.Ordinal),
            StringComparer.Ordinal
        );
        return NoContent();
    }

    public static Reply DeleteTagging(S3Call call)
    {
        call.Bucket.Tags = new(StringComparer.Ordinal);
        return NoContent();
    }

    public static Reply PutLifecycle(S3Call call)
    {
        call.ReadBody();
        call.Bucket.Lifecycle = LifecycleRules.Read(S3Xml.Parse(call.Body));
        call.Bucket.Configurations[Lifecycle] = call.Body;
        return new Reply();
    }

    public static Reply DeleteLifecycle(S3Call call)
    {
        call.Bucket.Lifecycle = [];
        return Delete(call, Lifecycle);
    }

    public static Func<S3Call, Reply> Get(string name) =>
        call =>
        {
            var stored = call.Bucket.Configurations.GetValueOrDefault(name) ?? Default(name);
            return stored is { Length: > 0 }
                ? new Reply { Body = stored, ContentType = name == Policy ? "application/json" : "application/xml" }
                : throw new ServiceError(s_missing[name].Code, s_missing[name].Message, 404);
        };

    public static Func<S3Call, Reply> Put(string name) =>
        call =>
        {
            call.ReadBody();
            if (name == Policy)
            {
                call.Bucket.Configurations[name] = call.Body;
                return NoContent();
            }

            S3Xml.Parse(call.Body);
            call.Bucket.Configurations[name] = call.Body;
            return new Reply();
        };

    public static Func<S3Call, Reply> Delete(string name) => call => Delete(call, name);

    private static Reply Delete(S3Call call, string name)
    {
        if (name == PublicAccessBlock)
        {
            // Taken away is not the same as never touched: the default does not come back.
            call.Bucket.Configurations[name] = [];
        }
        else
        {
            call.Bucket.Configurations.Remove(name);
        }

        return NoContent();
    }

    private static byte[]? Default(string name) =>
        name switch
        {
            Encryption => Encoding.UTF8.GetBytes(DefaultEncryption),
            PublicAccessBlock => Encoding.UTF8.GetBytes(DefaultPublicAccessBlock),
            _ => null,
        };

    private static Reply NoContent() => new() { Status = 204 };
}
