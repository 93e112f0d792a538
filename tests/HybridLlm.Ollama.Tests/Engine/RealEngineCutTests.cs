using System.Text.Json.Nodes;
using HybridLlm.Ollama.Tests.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Engine;

/// <summary>
/// Answers of a real llama.cpp engine, cut at random points. Nothing is lost or doubled, and the rest is word for word the undisturbed one's,
/// but for a few where two words were likely to within 0.3 %: an engine that reads the text in one go rounds otherwise than one that
/// wrote it word by word. With <c>HYBRIDLLM_LONG=1</c> 500 cuts.
/// </summary>
public sealed class RealEngineCutTests
{
    [Fact]
    public async Task Answers_of_a_real_engine_go_on_as_they_would_have_but_for_rounding()
    {
        var cuts = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1" ? 500 : 20;
        var file = RealTools.Require("models/tiny.gguf");
        string[] arguments = ["-c", "4096", "-np", "1", "-t", "1"];
        await using var first = await LlamaServer.StartAsync(file, arguments);
        await using var second = await LlamaServer.StartAsync(file, arguments);
        using LlamaEngine one = new(first);
        using LlamaEngine other = new(second);
        await using var servers = await Servers.StartAsync(Options(one), Options(other));
        Random random = new(7);
        var (moved, rounded) = (0, 0);
        while (moved < cuts)
        {
            JsonObject options = new() { ["temperature"] = 0, ["num_predict"] = 60 };
            if (random.Next(2) == 0)
            {
                options["repeat_penalty"] = 1.2;
            }

            var body = Ask.Chat($"tell me {random.Next(1000)} words", options: options);
            var whole = await servers.WholeAsync(OllamaApi.Chat, body);
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, random.Next(1, 60)));

            var answer = await servers.AskAsync(OllamaApi.Chat, body);

            var kept = answer.Migrations.Count == 0 ? whole.Text.Length : answer.Migrations[0].AfterCharacters;
            answer.Text[..kept].ShouldBe(whole.Text[..kept]);
            (answer.Reason, answer.Tokens).ShouldBe((whole.Reason, whole.Tokens));
            rounded += answer.Text == whole.Text ? 0 : 1;
            answer.Migrations.Count.ShouldBe(answer.Last.Continuity is null ? 0 : 1);
            answer.Last.Continuity?.Doubts.ShouldBeEmpty();
            moved += answer.Migrations.Count;
            servers.Disarm();
        }

        rounded.ShouldBeLessThanOrEqualTo(cuts / 50);
    }

    private static OllamaEmulatorOptions Options(LlamaEngine engine) =>
        new() { Engine = engine, Models = [new EmulatedModel { Name = "m", Template = PromptTemplate.Plain }] };
}
