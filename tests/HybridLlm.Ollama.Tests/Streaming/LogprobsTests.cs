using System.Text;
using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Tests.Streaming;

/// <summary>Almost every line is read on a short way; it has to show what the long one shows.</summary>
public sealed class LogprobsTests
{
    [Theory]
    [InlineData("""[{"token":" so","logprob":-0.1}]""")]
    [InlineData("""[{"token":" so","logprob":-0.1,"bytes":[32,115]}]""")]
    [InlineData("""[{"token":" so","logprob":-0.1,"top_logprobs":[]}]""")]
    [InlineData("""[{"token":" so","logprob":-0.1,"top_logprobs":[{"token":" so","logprob":-0.1}]}]""")]
    [InlineData(
        """[{"token":"é","logprob":-0.1,"top_logprobs":[{"token":"é","logprob":-0.1},{"token":"e","logprob":-2}]}]"""
    )]
    [InlineData(
        """[{"token":"b","logprob":-2,"top_logprobs":[{"token":"a","logprob":-0.1,"bytes":null},{"token":"b","logprob":-2}]}]"""
    )]
    [InlineData(
        """[{"token":" so on","logprob":-2,"top_logprobs":[{"token":"only","logprob":-0.1},{"token":"x","logprob":-3}]}]"""
    )]
    [InlineData("""[{"token":" o","logprob":-0.1,"top_logprobs":[{"token":"only","logprob":-0.1}]}]""")]
    [InlineData("""[{"token":"\n","logprob":-0.1,"top_logprobs":[{"token":"\u000a","logprob":-0.1}]}]""")]
    [InlineData("""[{"token":"a","logprob":-1},{"token":"b","logprob":-1}]""")]
    [InlineData("""[{"token":"a","logprob":-1,"top_logprobs":[{"token":"a","logprob":-1}],"token":"b"}]""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void The_short_way_shows_what_the_long_one_does(string logprobs)
    {
        // A field it does not know takes it off the short way.
        var shown = Read(logprobs);
        var known = Read(logprobs.Replace("""[{"token":""", """[{"x":0,"token":""", StringComparison.Ordinal));

        (shown.TokenCount, shown.Margin, shown.OddToken, shown.CutShort).ShouldBe(
            (known.TokenCount, known.Margin, known.OddToken, known.CutShort)
        );
    }

    [Fact]
    public void The_margin_is_the_one_between_the_likeliest_two()
    {
        var chunk = Read(
            """[{"token":"a","logprob":-0.5,"top_logprobs":[{"token":"a","logprob":-0.5},{"token":"b","logprob":-2}]}]"""
        );

        (chunk.TokenCount, chunk.Margin, chunk.OddToken).ShouldBe((1, 1.5, false));
    }

    [Theory]
    [InlineData("""{"logprobs":[{"token":"a","logprob":-0.1}],"response":"a","done":false}""")]
    [InlineData("""{"response":"a","logprobs":[{"token":"a","logprob":-0.1}],"done":false}""")]
    [InlineData("""{"response":"a","done":false,"logprobs":[{"token":"a","logprob":-0.1,"top_logprobs":[]}]}""")]
    [InlineData("""{ "response" : "a,\"logprobs\":[]" , "logprobs" : [ ] , "done" : false }""")]
    [InlineData("""{"logprobs":null}""")]
    [InlineData("""{"response":"a","done":false}""")]
    public void A_line_whose_probabilities_are_hidden_is_the_same_otherwise(string line)
    {
        var expected = JsonNode.Parse(line)!.AsObject();
        var shown = ChunkParser.Parse(Encoding.UTF8.GetBytes(line)).Chunk!;
        JsonNode.DeepEquals(JsonNode.Parse(shown.Json.Span), expected).ShouldBeTrue();

        expected.Remove("logprobs");
        var hidden = ChunkParser.Parse(Encoding.UTF8.GetBytes(line), null, hideLogprobs: true).Chunk!;
        JsonNode.DeepEquals(JsonNode.Parse(hidden.Json.Span), expected).ShouldBeTrue();
        (hidden.Text, hidden.Done, hidden.TokenCount).ShouldBe((shown.Text, shown.Done, shown.TokenCount));
    }

    private static OllamaChunk Read(string logprobs) =>
        ChunkParser.Parse(Encoding.UTF8.GetBytes($$"""{"response":"","logprobs":{{logprobs}},"done":false}""")).Chunk!;
}
