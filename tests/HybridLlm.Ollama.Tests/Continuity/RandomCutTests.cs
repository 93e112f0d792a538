using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>
/// Answers cut at random points, up to three times each, are word for word the undisturbed ones, with equal usage.
/// <c>HYBRIDLLM_CUTS</c> sets how many cuts; 600 by default.
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

    [Fact]
    public async Task Greedy_answers_are_continued_exactly()
    {
        var cuts = int.TryParse(Environment.GetEnvironmentVariable("HYBRIDLLM_CUTS"), out var set) ? set : 600;
        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(seed => RunAsync(new Random(seed), cuts / 2)));
        answers.Sum().ShouldBeGreaterThanOrEqualTo(cuts);
    }

    private static async Task<int> RunAsync(Random random, int cuts)
    {
        EmulatedModel[] models =
        [
            .. s_templates.Select((t, i) => new EmulatedModel { Name = $"t{i}", Template = t }),
            .. s_templates.Select((t, i) => new EmulatedModel { Name = $"u{i}", Template = t, Voice = EmulatedVoice.MultiByte }),
        ];
        OllamaEmulatorOptions options = new() { Models = models, MaxLoadedModels = models.Length };
        await using var servers = await Servers.StartAsync(options, options, options);
        var done = 0;
        while (done < cuts)
        {
            var (api, body) = Request(random, models);
            var whole = await servers.AskAsync(api, body);
            var faults = random.Next(1, 4);
            for (var server = 0; server < faults; server++)
            {
                servers[server].Arm(new StreamFault(s_faults[random.Next(3)], random.Next(0, 80)));
            }

            var cut = await servers.AskAsync(api, body);
            servers.Disarm();
            var what = $"{body.ToJsonString()} {string.Join(", ", cut.Migrations)}";
            cut.Text.ShouldBe(whole.Text, what);
            (cut.Reason, cut.Tokens).ShouldBe((whole.Reason, whole.Tokens), what);
            (cut.Last.Continuity?.Exact ?? true).ShouldBeTrue($"{string.Join(", ", cut.Last.Continuity?.Doubts ?? [])}: {what}");
            done += cut.Migrations.Count;
        }

        return done;
    }

    private static (OllamaApi, JsonObject) Request(Random random, EmulatedModel[] models)
    {
        var model = models[random.Next(models.Length)].Name;
        var options = Ask.Greedy();
        if (random.Next(3) == 0)
        {
            options["num_predict"] = random.Next(1, 100);
        }

        if (random.Next(3) == 0)
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
