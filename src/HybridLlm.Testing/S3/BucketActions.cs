using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>Buckets as a whole.</summary>
internal static class BucketActions
{
    public static Reply List(S3Call call)
    {
        var prefix = call.Raw.Parameter("prefix") ?? "";
        var region = call.Raw.Parameter("bucket-region");
        var buckets = call
            .Cloud.Buckets.All.Where(b => b.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Where(b => region is null || b.Region == region)
            .Select(b => new XElement(
                "Bucket",
                new XElement("Name", b.Name),
                new XElement("CreationDate", Ec2Xml.Timestamp(b.Created)),
                new XElement("BucketRegion", b.Region)
            ));
        return S3Xml.Answer(
            new XElement(
                "ListAllMyBucketsResult",
                new XElement("Owner", new XElement("ID", call.Cloud.Options.AccountId)),
                new XElement("Buckets", buckets)
            )
        );
    }

    public static Reply Create(S3Call call)
    {
        call.ReadBody();
        var configuration = call.Body.Length == 0 ? new XElement("None") : S3Xml.Parse(call.Body);
        CheckLocation(call.Region, configuration.Value("LocationConstraint"));
        call.Cloud.Buckets.Create(call.BucketName, call.Region);
        foreach (var tag in configuration.Named("Tag"))
        {
            call.Bucket.Tags[tag.Value("Key") ?? ""] = tag.Value("Value") ?? "";
        }

        return new Reply { Headers = new Dictionary<string, string> { ["Location"] = "/" + call.BucketName } };
    }

    public static Reply Head(S3Call call) =>
        new() { Headers = new Dictionary<string, string> { ["x-amz-bucket-region"] = call.Bucket.Region } };

    public static Reply Location(S3Call call)
    {
        var region = call.Bucket.Region;
        return S3Xml.Answer(new XElement("LocationConstraint", region == "us-east-1" ? "" : region));
    }

    public static Reply Delete(S3Call call)
    {
        call.Cloud.Buckets.Delete(call.Bucket);
        return new Reply { Status = 204 };
    }

    private static void CheckLocation(string region, string? constraint)
    {
        var home = region == "us-east-1";
        if (constraint is null or "")
        {
            if (!home)
            {
                throw new ServiceError(
                    "IllegalLocationConstraintException",
                    "The unspecified location constraint is incompatible for the region specific endpoint this request "
                        + "was sent to."
                );
            }

            return;
        }

        if (constraint == "us-east-1")
        {
            throw new ServiceError("InvalidLocationConstraint", "The specified location-constraint is not valid");
        }

        if (constraint != region && !(constraint == "EU" && region == "eu-west-1"))
        {
            throw new ServiceError(
                "IllegalLocationConstraintException",
                $"The {constraint} location constraint is incompatible for the region specific endpoint this request "
                    + "was sent to."
            );
        }
    }
}
