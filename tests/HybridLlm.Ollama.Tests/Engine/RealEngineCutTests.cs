using System.Text.Json.Nodes;
using HybridLlm.Ollama.Tests.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Engine;

/// <summary>
/// Answers of a real llama.cpp engine, cut at random points. Nothing is lost or doubled, and whatever is called exact is word for word the
/// undisturbed answer: an engine that reads the text in one go rounds otherwise than one that wrote it word by word, and where that could
/// have chosen another word, nothing is claimed. With <c>HYBRIDLLM_LONG=1</c> 500 cuts.
/// </summary>
public sealed class RealEngineCutTests
{
    [Fact]
    public async Task What_is_called_exact_of_a_real_engine_is_word_for_word_the_undisturbed_answer()
    {
        var cuts = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1" ? 500 : 60;
        var file = RealTools.Require("models/tiny.gguf");
        string[] arguments = ["-c", "4096", "-np", "1", "-t", "1"];
        await using var first = await LlamaServer.StartAsync(file, arguments);
        await using var second = await LlamaServer.StartAsync(file, arguments);
        using LlamaServerEngine one = new(first.Address);
        using LlamaServerEngine other = new(second.Address);
        await using var servers = await Servers.StartAsync(Options(one), Options(other));
        Random random = new(7);
        var exact = 0;
        for (var cut = 0; cut < cuts; cut++)
        {
            JsonObject options = new() { ["temperature"] = 0, ["num_predict"] = 60 };
            var penalized = random.Next(4) == 0;
            if (penalized)
            {
                options["repeat_penalty"] = 1.2;
            }

            var body = Ask.Chat($"tell me {random.Next(1000)} words", options: options);
            var whole = await servers.WholeAsync(OllamaApi.Chat, body);
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, random.Next(1, 60)));

            var answer = await servers.AskAsync(OllamaApi.Chat, body);

            var report = answer.Last.Continuity.ShouldNotBeNull();
            var kept = report.Migrations.ShouldHaveSingleItem().AfterCharacters;
            answer.Text[..kept].ShouldBe(whole.Text[..kept]);
            (answer.Reason, answer.Tokens).ShouldBe((whole.Reason, whole.Tokens));
            if (report.Exact)
            {
                answer.Text.ShouldBe(whole.Text);
                penalized.ShouldBeFalse();
                exact++;
            }
        }

        // Random weights choose tightly, and most answers of 60 words have such a choice; but not all.
        exact.ShouldBeInRange(cuts / 20, cuts / 2);
    }

    private static OllamaEmulatorOptions Options(LlamaServerEngine engine) =>
        new() { Engine = engine, Models = [new EmulatedModel { Name = "m", Template = PromptTemplate.Plain }] };
}
