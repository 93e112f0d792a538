using System.Text.Json.Nodes;
using HybridLlm.Gateway.Tests.Protocols;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Gateway.Tests.Holding;

/// <summary>EC2 takes the rented node while it answers.</summary>
public sealed class ReclaimTests
{
    private const int Tokens = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_answers_move_to_the_next_node_and_not_a_character_is_lost(bool withNotice)
    {
        await using var calm = await CloudLab.StartAsync();
        var (expected, _) = await NativeAsync(calm);

        // Slow enough for the two minutes of notice to fall into one answer, in which the next node boots.
        await using var lab = await CloudLab.StartAsync(
            o => o.HeartbeatSeconds = 1,
            nodes: o =>
            {
                (o.BootTime, o.K3sTime) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
                o.ConfigureOllama = ollama => (ollama.TokenInterval, ollama.Parallel) = (TimeSpan.FromSeconds(5), 4);
            },
            speed: 50
        );
        var native = NativeAsync(lab);
        var chat = StreamAsync(lab, "v1/chat/completions", c => c["choices"]![0]!["delta"]!["content"]);
        var messages = StreamAsync(lab, "v1/messages", e => e["delta"]?["text"]);
        await HomeLab.UntilAsync(() => Gpus(lab).Count == 1);
        await AnsweringAsync(lab);
        if (withNotice)
        {
            // A busy machine needs time for what an idle one does in none: the two minutes become half of one.
            lab.World.Clock.Speed = 4;
        }

        await lab.World.Cloud.InterruptAsync(Gpus(lab).Single().InstanceId, withNotice);
        while (!(await lab.Http.GetStringAsync("metrics", Token)).Contains("hybridllm_gateway_migrations_total{"))
        {
            await Task.Delay(50, Token);
        }

        await Task.Delay(1000, Token);
        lab.World.Clock.Speed = 50;

        var (text, last) = await native;
        text.ShouldBe(expected);
        last["hybridllm"]!["migrations"]!.GetValue<int>().ShouldBe(1);
        (await chat).ShouldBe(expected);
        (await messages).ShouldBe(expected);
        lab.Launches.ShouldBe(2);
        lab.Gateway.Router.Cloud!.Granted.ShouldBe(0);
        // Told of in time, the next node was made ready before the answers moved: each was cut nowhere.
        var page = await lab.Http.GetStringAsync("metrics", Token);
        page.ShouldMatch(
            withNotice
                ? "hybridllm_gateway_migrations_total.*cause=\"drain\".* 3"
                : "hybridllm_gateway_migrations_total.*cause=\"Ollama.*Exception\""
        );
    }

    private static List<EmulatedInstance> Gpus(CloudLab lab) =>
        [.. lab.World.Cloud.Instances.Where(i => i is { Market: Market.Spot, State: "running" })];

    /// <summary>Waits until some tokens of each answer are there.</summary>
    private static async Task AnsweringAsync(CloudLab lab)
    {
        while (lab.Gateway.Router.Cloud!.Granted < 3 || lab.Gateway.Wake!.Stage is not null)
        {
            await Task.Delay(20, Token);
        }

        await Task.Delay(TimeSpan.FromSeconds(60), lab.World.Clock, Token);
    }

    private static async Task<(string Text, JsonObject Last)> NativeAsync(CloudLab lab)
    {
        using var response = await lab.PostAsync("api/chat", HomeLab.Question(tokens: Tokens));
        var lines = (await response.Content.ReadAsStringAsync(Token))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!.AsObject())
            .ToList();
        return (string.Concat(lines.Select(l => l["message"]?["content"]?.ToString())), lines[^1]);
    }

    private static async Task<string> StreamAsync(CloudLab lab, string path, Func<JsonObject, JsonNode?> text)
    {
        var question = HomeLab.Question();
        question.Remove("options");
        (question["max_tokens"], question["temperature"], question["stream"]) = (Tokens, 0, true);
        if (path.EndsWith("completions", StringComparison.Ordinal))
        {
            // Both APIs then ask the same of the server.
            question["top_p"] = 0.9;
        }

        using var response = await lab.PostAsync(path, question);
        var events = await response.Content.ReadAsStringAsync(Token);
        return string.Concat(
            Sse.Data(events).Where(e => e != "[DONE]").Select(e => text(JsonNode.Parse(e)!.AsObject())?.ToString())
        );
    }
}
