using System.Text.Json.Nodes;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Tests.Steps;

public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"c":2}}""", """{"a":1}""", null)]
    [InlineData("""{"a":1}""", """{"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"a":{"y":3}}""", """{"a":{"y":3}}""")]
    [InlineData("""{}""", """{"a":{"b":{}}}""", """{"a":{"b":{}}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":"text"}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    public void A_patch_holds_what_differs_and_no_more(string current, string wanted, string? patch) =>
        (MergePatch.Between(Json(current), Json(wanted))?.ToJsonString()).ShouldBe(patch);

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
