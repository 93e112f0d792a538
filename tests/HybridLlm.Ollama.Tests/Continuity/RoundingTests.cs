using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>An answer is not called exact where a real engine's rounding may have chosen.</summary>
public sealed class RoundingTests
{
    [Fact]
    public async Task Clear_choices_are_exact_and_tight_ones_approximate()
    {
        (await MovedAsync(EmulatedVoice.Words, Ask.Greedy())).Exact.ShouldBeTrue();

        var hesitant = await MovedAsync(EmulatedVoice.Hesitant, Ask.Greedy());
        hesitant.Doubts.ShouldHaveSingleItem().ShouldContain("rounding");
    }

    [Theory]
    [InlineData("repeat_penalty", 1.1)]
    [InlineData("presence_penalty", 0.5)]
    [InlineData("frequency_penalty", 0.5)]
    public async Task With_a_penalty_on_the_seam_is_approximate(string penalty, double value)
    {
        var options = Ask.Greedy();
        options[penalty] = value;

        (await MovedAsync(EmulatedVoice.Words, options)).Doubts.ShouldHaveSingleItem().ShouldContain("penalties");
    }

    [Theory]
    [InlineData("repeat_penalty", 1.0)]
    [InlineData("presence_penalty", 0.0)]
    [InlineData("frequency_penalty", 0.0)]
    public async Task A_penalty_that_does_nothing_is_none(string penalty, double value)
    {
        var options = Ask.Greedy();
        options[penalty] = value;

        (await MovedAsync(EmulatedVoice.Words, options)).Exact.ShouldBeTrue();
    }

    [Fact]
    public async Task Tight_choices_before_the_seam_and_in_answers_that_were_only_started_again_do_not_matter()
    {
        var limited = Ask.Greedy();
        limited["num_predict"] = 12;

        (await MovedAsync(EmulatedVoice.Hesitant, limited, 12)).Exact.ShouldBeTrue();
        (await MovedAsync(EmulatedVoice.Hesitant, Ask.Greedy(), 0)).Exact.ShouldBeTrue();
    }

    [Fact]
    public async Task A_repeat_guard_that_counted_from_the_seam_is_a_doubt()
    {
        var report = await MovedAsync(EmulatedVoice.Loop, Ask.Greedy());

        report.Doubts.ShouldHaveSingleItem().ShouldContain("guard");
    }

    [Theory]
    [InlineData(0.11, true)]
    [InlineData(0.09, false)]
    [InlineData(0, false)]
    public void A_tenth_less_likely_is_clear(double margin, bool clear) =>
        Seam().Judge(Line(-1, [-1, -1 - margin])).ShouldBe(clear ? null : Narrow);

    [Fact]
    public void A_token_that_was_not_the_likeliest_is_a_doubt() => Seam().Judge(Line(-2, [-1, -4])).ShouldBe(Narrow);

    [Fact]
    public void A_line_that_shows_no_alternatives_is_a_doubt()
    {
        Seam().Judge(Line(-1, [-1])).ShouldNotBeNull().ShouldContain("show");
        Seam().Judge(new OllamaChunk { Text = "so" }).ShouldNotBeNull().ShouldContain("show");
    }

    [Theory]
    [InlineData("stop", 2, true)]
    [InlineData("stop", 3, false)]
    [InlineData("length", 1, true)]
    [InlineData("length", 2, false)]
    public void Every_token_but_the_one_that_ends_the_answer_has_to_be_shown(string reason, int counted, bool exact)
    {
        var seam = Seam();
        seam.Judge(Line(-1, [-1, -3])).ShouldBeNull();
        OllamaChunk last = new()
        {
            Done = true,
            DoneReason = reason,
            Usage = OllamaUsage.None with { AnswerTokens = counted },
        };

        (seam.Judge(last) is null).ShouldBe(exact);
    }

    private static string Narrow => Seam().Judge(Line(-1, [-1, -1]))!;

    private static RoundingWatch Seam() =>
        new(
            new ContinuationPlan
            {
                Method = ContinuationMethod.RawPrompt,
                Api = OllamaApi.Generate,
                Body = [],
                Doubts = [],
            }
        );

    private static OllamaChunk Line(double chosen, double[] likeliest)
    {
        JsonArray top = [.. likeliest.Select(p => new JsonObject { ["token"] = " so", ["logprob"] = p })];
        JsonObject token = new()
        {
            ["token"] = " so",
            ["logprob"] = chosen,
            ["top_logprobs"] = top,
        };
        JsonObject line = new() { ["response"] = " so", ["logprobs"] = new JsonArray(token) };
        return ChunkParser.Parse(System.Text.Encoding.UTF8.GetBytes(line.ToJsonString())).Chunk!;
    }

    private static async Task<ContinuityReport> MovedAsync(EmulatedVoice voice, JsonObject options, int after = 5)
    {
        OllamaEmulatorOptions models = new()
        {
            Models =
            [
                new()
                {
                    Name = "m",
                    Template = PromptTemplate.Plain,
                    Voice = voice,
                },
            ],
        };
        await using var servers = await Servers.StartAsync(models, models);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, after));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: options));

        return answer.Last.Continuity.ShouldNotBeNull();
    }
}
