using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>
/// Answers that move at random points, cut up to three times each or on notice, are word for word the undisturbed ones, with equal
/// usage. 2,000 cuts and 500 notices, with <c>HYBRIDLLM_LONG=1</c> 10,000 of each.
/// </summary>
public sealed class RandomCutTests
{
    private static readonly StreamFaultKind[] s_faults =
    [
        StreamFaultKind.Cut,
        StreamFaultKind.RunnerCrash,
        StreamFaultKind.EndWithoutDone,
    ];

    private static readonly PromptTemplate[] s_templates =
    [
        PromptTemplate.Plain,
        PromptTemplate.Llama3Library,
        PromptTemplate.Llama3,
        PromptTemplate.ChatMl,
        PromptTemplate.Qwen3Coder,
        PromptTemplate.Lfm2,
        PromptTemplate.DeepSeek31,
        PromptTemplate.Gemma4,
        PromptTemplate.PromptResponse,
        PromptTemplate.SystemPromptResponse,
    ];

    private static readonly EmulatedModel[] s_models =
    [
        .. s_templates.Select((t, i) => new EmulatedModel { Name = $"t{i}", Template = t }),
        .. s_templates.Select(
            (t, i) =>
                new EmulatedModel
                {
                    Name = $"u{i}",
                    Template = t,
                    Voice = EmulatedVoice.MultiByte,
                }
        ),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Greedy_answers_are_continued_exactly(bool notice)
    {
        var moves =
            Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1" ? 10_000
            : notice ? 500
            : 2_000;
        var done = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(seed => RunAsync(new Random(seed), moves / 2, notice))
        );
        done.Sum().ShouldBeGreaterThanOrEqualTo(moves);
    }

    private static async Task<int> RunAsync(Random random, int moves, bool notice)
    {
        OllamaEmulatorOptions options = new() { Models = s_models, MaxLoadedModels = s_models.Length };
        await using var servers = await Servers.StartAsync(options, options, options);
        var done = 0;
        while (done < moves)
        {
            // A piece that could begin a stop string is held back, so that nobody could say when to give notice.
            var (api, body) = Request(random, stops: !notice);
            servers.Draining = CancellationToken.None;
            var whole = await servers.WholeAsync(api, body);

            var cut = notice
                ? await DrainAsync(servers, random, api, body)
                : await CutAsync(servers, random, api, body);

            var what = $"{body.ToJsonString()} {string.Join(", ", cut.Migrations)}";
            cut.Text.ShouldBe(whole.Text, what);
            (cut.Reason, cut.Tokens).ShouldBe((whole.Reason, whole.Tokens), what);
            var doubts = cut.Last.Continuity?.Doubts ?? [];
            // What is held back for a stop string, or ends inside a character, comes as one token.
            var counted = doubts.Any(d =>
                d.Contains("reading them again", StringComparison.Ordinal)
                || d.Contains("did not show", StringComparison.Ordinal)
            );
            var penalty = body["options"]!.AsObject().ContainsKey("repeat_penalty");
            var stops = body["options"]!.AsObject().ContainsKey("stop");
            (counted && !penalty && !stops && body["model"]!.ToString().StartsWith('t')).ShouldBeFalse(what);
            var seams = cut.Migrations.Any(m =>
                m.Method is ContinuationMethod.RawPrompt or ContinuationMethod.TrailingAssistant
            );
            (cut.Last.Continuity?.Exact ?? true).ShouldBe(
                !counted && (!seams || !penalty),
                $"{string.Join(", ", doubts)}: {what}"
            );
            done += cut.Migrations.Count;
        }

        return done;
    }

    private static async Task<Answer> CutAsync(Servers servers, Random random, OllamaApi api, JsonObject body)
    {
        var faults = random.Next(1, 4);
        for (var server = 0; server < faults; server++)
        {
            servers[server].Arm(new StreamFault(s_faults[random.Next(3)], random.Next(0, 80)));
        }

        var answer = await servers.AskAsync(api, body);
        servers.Disarm();
        return answer;
    }

    /// <summary>The server says no more after the notice, so that the move always comes before the answer's end.</summary>
    private static async Task<Answer> DrainAsync(Servers servers, Random random, OllamaApi api, JsonObject body)
    {
        using CancellationTokenSource notice = new();
        var line = random.Next(1, 80);
        servers.Draining = notice.Token;
        servers[0].Arm(new StreamFault(StreamFaultKind.Hang, line));
        var answer = await servers.AskAsync(
            api,
            body,
            received: so =>
            {
                if (so.Chunks.Count == line)
                {
                    notice.Cancel();
                }
            }
        );
        servers.Disarm();
        servers[0].Resume();
        return answer;
    }

    private static (OllamaApi, JsonObject) Request(Random random, bool stops)
    {
        var model = s_models[random.Next(s_models.Length)].Name;
        var options = Ask.Greedy();
        if (random.Next(3) == 0)
        {
            options["num_predict"] = random.Next(1, 100);
        }

        if (stops && random.Next(3) == 0)
        {
            // Short enough to be met now and then, and to be almost met all the time.
            options["stop"] = new JsonArray($"{(char)('a' + random.Next(26))}{(char)('a' + random.Next(26))}", " ZZ");
        }

        if (random.Next(4) == 0)
        {
            options["repeat_penalty"] = 1.2;
        }

        var text = $"Tell me {random.Next()} things";
        if (random.Next(3) == 0)
        {
            var body = Ask.Generate(text, model, options);
            body["raw"] = random.Next(2) == 0;
            return (OllamaApi.Generate, body);
        }

        return (OllamaApi.Chat, Ask.Chat(text, model, options));
    }
}
