namespace HybridLlm.AwsGpu.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void No_type_of_the_sdk_is_part_of_the_public_api() =>
        File.ReadLines(Repository.PathOf("src", "HybridLlm.AwsGpu", "PublicAPI.Unshipped.txt"))
            .ShouldAllBe(line => !line.Contains("Amazon.", StringComparison.Ordinal));
}
