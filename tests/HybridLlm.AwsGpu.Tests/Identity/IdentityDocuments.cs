namespace HybridLlm.AwsGpu.Tests.Identity;

internal static class IdentityDocuments
{
    /// <summary>A document as IMDS writes it, with any text replaced.</summary>
    public static string Sample(string replace = "", string by = "")
    {
        const string document = """
            {
              "accountId" : "111122223333",
              "architecture" : "x86_64",
              "availabilityZone" : "us-east-1b",
              "billingProducts" : null,
              "devpayProductCodes" : null,
              "marketplaceProductCodes" : null,
              "imageId" : "ami-0d1a2204000000001",
              "instanceId" : "i-0123456789abcdef0",
              "instanceType" : "g6.xlarge",
              "kernelId" : null,
              "pendingTime" : "2026-11-23T18:00:02Z",
              "privateIp" : "10.77.1.23",
              "ramdiskId" : null,
              "region" : "us-east-1",
              "version" : "2017-09-30"
            }
            """;
        return replace.Length == 0 ? document : document.Replace(replace, by, StringComparison.Ordinal);
    }
}
