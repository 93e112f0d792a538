using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>
/// Answers that cannot be continued to the letter: by chance, or as what was said reads as other tokens. The text is still what the first
/// server said up to the seam and what the second added, to the character, and only what is equal is called exact. 60 cuts of each,
/// with <c>HYBRIDLLM_LONG=1</c> 2,500.
/// </summary>
public sealed class RandomSeamTests
{
    private static readonly int s_cuts = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1" ? 2_500 : 60;

    /// <summary>Cut inside a word that was said as two tokens: read again it is one, and so as many in all, by chance.</summary>
    [Fact]
    public async Task As_many_tokens_are_no_proof_that_they_are_the_same()
    {
        OllamaEmulatorOptions options = new()
        {
            Models =
            [
                new()
                {
                    Name = "m",
                    Template = PromptTemplate.Lfm2,
                    Voice = EmulatedVoice.Unstable,
                },
            ],
        };
        await using var servers = await Servers.StartAsync(options, options);
        var halves = 0;
        for (var question = 0; halves < 3; question++)
        {
            var body = Ask.Chat($"Hello {question}");
            var whole = await servers.WholeAsync(OllamaApi.Chat, body);
            var lines = whole.Chunks.TakeWhile((c, i) => !IsSecondHalf(whole, i)).Count();
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, lines));
            halves += lines < whole.Chunks.Count - 1 ? 1 : 0;

            var answer = await servers.AskAsync(OllamaApi.Chat, body);

            (answer.Last.Continuity is { Exact: true } && answer.Text != whole.Text).ShouldBeFalse(body.ToJsonString());
        }
    }

    [Theory]
    [InlineData(EmulatedVoice.Unstable, 0)]
    [InlineData(EmulatedVoice.Unstable, 0.8)]
    [InlineData(EmulatedVoice.Words, 0.8)]
    [InlineData(EmulatedVoice.MultiByte, 0.8)]
    public async Task Nothing_is_lost_or_doubled_at_a_seam_that_is_only_approximate(
        EmulatedVoice voice,
        double temperature
    )
    {
        OllamaEmulatorOptions options = new()
        {
            Models =
            [
                new()
                {
                    Name = "m",
                    Template = PromptTemplate.Lfm2,
                    Voice = voice,
                },
            ],
        };
        await using var servers = await Servers.StartAsync(options, options);
        using OllamaClient second = new(servers[1].Address);
        Random random = new(11);
        for (var (cut, seen) = (0, 0); cut < s_cuts; cut++)
        {
            JsonObject sampling = new() { ["temperature"] = temperature, ["seed"] = random.Next(1, 1000) };
            var body = Ask.Chat($"Tell me {random.Next()} things", options: sampling);
            var whole = await servers.WholeAsync(OllamaApi.Chat, body);
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, random.Next(1, whole.Chunks.Count - 1)));

            var answer = await servers.AskAsync(OllamaApi.Chat, body);

            var move = answer.Migrations.ShouldHaveSingleItem();
            move.Method.ShouldBe(ContinuationMethod.RawPrompt);
            var sent = servers[1].Requests.Skip(seen).Select(r => r.Body).Where(IsContinuation).ToList();
            seen = servers[1].Requests.Count;
            var (rest, tokens) = await ReadAsync(second, JsonNode.Parse(sent[^1])!.AsObject());
            seen++;

            var what = $"{body.ToJsonString()} {move}";
            answer.Text.ShouldBe(whole.Text[..move.AfterCharacters] + rest, what);
            answer.Tokens!.Value.Item1.ShouldBe(whole.Tokens!.Value.Item1, what);
            if (voice != EmulatedVoice.MultiByte)
            {
                // One token a line, before the seam; the server counts those after it, and the one that ends it.
                var before = whole.Chunks.TakeWhile((_, i) => Length(whole.Chunks.Take(i + 1)) <= move.AfterCharacters);
                answer.Tokens.Value.Item2.ShouldBe(before.Count() + tokens, what);
            }

            (answer.Last.Continuity!.Exact && answer.Text != whole.Text).ShouldBeFalse(what);
            (answer.Last.Continuity.Exact && temperature > 0).ShouldBeFalse(what);
        }
    }

    /// <summary>The raw prompt with the text so far; what asks for one token only counts.</summary>
    private static bool IsContinuation(string body) =>
        body.Contains("\"raw\":true", StringComparison.Ordinal)
        && !body.Contains("\"num_predict\":1}", StringComparison.Ordinal);

    private static bool IsSecondHalf(Answer whole, int line) =>
        line > 0 && !whole.Chunks[line].Text.StartsWith(' ') && !whole.Chunks[line].Done;

    private static int Length(IEnumerable<OllamaChunk> chunks) => chunks.Sum(c => c.Text.Length);

    private static async Task<(string Text, int Tokens)> ReadAsync(OllamaClient client, JsonObject body)
    {
        StringBuilder text = new();
        await foreach (var chunk in client.StreamAsync(OllamaApi.Generate, body, TestContext.Current.CancellationToken))
        {
            text.Append(chunk.Text);
            if (chunk.Usage is { } usage)
            {
                return (text.ToString(), usage.AnswerTokens);
            }
        }

        throw new InvalidOperationException("An answer that does not break off has its usage.");
    }
}
