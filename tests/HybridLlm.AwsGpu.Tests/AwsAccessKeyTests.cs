namespace HybridLlm.AwsGpu.Tests;

public sealed class AwsAccessKeyTests
{
    [Fact]
    public void A_key_prints_its_public_part_only()
    {
        var text = $"{new AwsAccessKey("AKIDTEST", "very-secret", "session-secret")}";

        text.ShouldBe("AKIDTEST");
    }
}
