using System.Text.Json;
using HybridLlm.Testing.Ollama;
using OllamaSharp;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>What the emulator says: the same again, and something else as soon as a single character of the prompt differs.</summary>
public sealed class OllamaEmulatorTextTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_has_60_to_120_words_and_then_stops_by_itself()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        for (var i = 0; i < 20; i++)
        {
            var lines = await Http.LinesAsync(
                emulator,
                "/api/generate",
                $$"""{"model":"llama3.1:8b","prompt":" ba {{i}}"}"""
            );
            (lines.Length - 1).ShouldBeInRange(60, 120);
            lines[^1].GetProperty("done_reason").GetString().ShouldBe("stop");
            lines[^1].GetProperty("eval_count").GetInt32().ShouldBe(lines.Length);
        }
    }

    [Fact]
    public async Task A_cut_answer_goes_on_on_another_server_exactly_where_it_was()
    {
        await using var one = await OllamaEmulator.StartAsync(null, Ended);
        await using var other = await OllamaEmulator.StartAsync(null, Ended);
        var whole = await RawAsync(one, "Once upon a time");

        for (var cut = whole.IndexOf(' ', 1); cut > 0; cut = whole.IndexOf(' ', cut + 1))
        {
            (await RawAsync(other, "Once upon a time" + whole[..cut])).ShouldBe(whole[cut..]);
        }
    }

    [Fact]
    public async Task One_lost_or_doubled_character_changes_everything_after_it()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        var whole = await RawAsync(emulator, "Once upon a time");
        var cut = whole.IndexOf(' ', whole.Length / 2);

        for (var i = 0; i < cut; i++)
        {
            var lost = whole[..cut].Remove(i, 1);
            var doubled = whole[..cut].Insert(i, whole[i].ToString());
            (await RawAsync(emulator, "Once upon a time" + lost)).Split(' ')[1].ShouldNotBe(whole[cut..].Split(' ')[1]);
            (await RawAsync(emulator, "Once upon a time" + doubled))
                .Split(' ')[1]
                .ShouldNotBe(whole[cut..].Split(' ')[1]);
        }
    }

    [Theory]
    [InlineData("\"temperature\":0.8,\"seed\":42", true, false)]
    [InlineData("\"temperature\":0,\"repeat_penalty\":1.2", true, true)]
    [InlineData("\"temperature\":0.8,\"top_k\":1", true, true)]
    [InlineData("\"temperature\":0.8", false, false)]
    public async Task Same_options_give_the_same_text_again_and_on_after_a_cut(
        string options,
        bool again,
        bool continued
    )
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        var whole = await RawAsync(emulator, "Once", options);
        var cut = whole.IndexOf(' ', whole.Length / 2);

        (await RawAsync(emulator, "Once", options) == whole).ShouldBe(again);
        (await RawAsync(emulator, "Once" + whole[..cut], options) == whole[cut..]).ShouldBe(continued);
    }

    [Fact]
    public async Task Text_depends_on_the_model_and_on_a_penalty()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { Models = [new() { Name = "llama3.1:8b" }, new() { Name = "other" }] },
            Ended
        );
        var text = await RawAsync(emulator, "Once");

        (await RawAsync(emulator, "Once", model: "other")).ShouldNotBe(text);
        (await RawAsync(emulator, "Once", "\"temperature\":0,\"repeat_penalty\":1.3")).ShouldNotBe(text);
    }

    [Fact]
    public async Task A_start_token_written_out_doubles_in_raw_and_not_in_chat()
    {
        await using var emulator = await OllamaEmulator.StartAsync(TinyModels.Options(), Ended);
        const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
        var chat = Http.Text(
            await Http.LinesAsync(
                emulator,
                "/api/chat",
                $$"""{"model":"r-lfm2",{{Messages}},"options":{"temperature":0} }"""
            )
        );
        var render = await Http.LinesAsync(
            emulator,
            "/api/chat",
            $$"""{"model":"r-lfm2",{{Messages}},"_debug_render_only":true}"""
        );
        var prompt = render[0].GetProperty("_debug_info").GetProperty("rendered_template").GetString()!;

        (await RawAsync(emulator, prompt, model: "r-lfm2")).ShouldNotBe(chat);
        (await RawAsync(emulator, prompt["<|startoftext|>".Length..], model: "r-lfm2")).ShouldBe(chat);
    }

    [Fact]
    public async Task What_could_become_a_stop_string_is_held_back_and_merged()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        var words = (await RawAsync(emulator, "Once")).Split(' ');
        var stops = JsonSerializer.Serialize(new[] { $"{words[5]} {words[6]}ZZ", $"{words[20]} {words[21]}" });

        var lines = await Http.LinesAsync(
            emulator,
            "/api/generate",
            $$"""{"model":"llama3.1:8b","raw":true,"prompt":"Once","options":{"temperature":0,"stop":{{stops}}} }"""
        );

        lines.Select(Http.Text).ShouldContain($" {words[5]} {words[6]} {words[7]}");
        Http.Text(lines).ShouldBe(string.Join(' ', words.Take(20)) + " ");
        lines[^1].GetProperty("done_reason").GetString().ShouldBe("stop");
        lines[^1].GetProperty("eval_count").GetInt32().ShouldBe(21);
    }

    [Fact]
    public async Task No_limit_means_ten_contexts()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new()
            {
                Engine = new ScriptedEngine { ShortestAnswer = 700, LongestAnswer = 700 },
            },
            Ended
        );

        var lines = await Http.LinesAsync(
            emulator,
            "/api/generate",
            """{"model":"llama3.1:8b","prompt":"x","options":{"num_ctx":64}}"""
        );

        lines[^1].GetProperty("eval_count").GetInt32().ShouldBe(640);
        lines[^1].GetProperty("done_reason").GetString().ShouldBe("length");
    }

    [Fact]
    public async Task OllamaSharp_works_unmodified()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaApiClient client = new(emulator.Address, "llama3.1:8b");

        (await client.ListLocalModelsAsync(Ended)).Single().Name.ShouldBe("llama3.1:8b");
        (await client.GetVersionAsync(Ended)).ToString().ShouldBe("0.33.0");
        (await client.ShowModelAsync(new ShowModelRequest { Model = "llama3.1:8b" }, Ended)).Info.Architecture.ShouldBe(
            "llama"
        );
        var chunks = await client
            .ChatAsync(new ChatRequest { Messages = [new Message(ChatRole.User, "hi")] }, Ended)
            .ToListAsync(Ended);
        chunks[^1].ShouldBeOfType<ChatDoneResponseStream>().EvalCount.ShouldBe(chunks.Count);
        (await client.ListRunningModelsAsync(Ended)).Single().Name.ShouldBe("llama3.1:8b");
    }

    [Fact]
    public void Templates_render_as_the_real_server_did()
    {
        var models = TinyModels.Options().Models.ToDictionary(m => m.Name);
        List<string> differences = [];
        foreach (var (name, golden) in Recordings.Continuations)
        {
            var request = golden.GetProperty("request");
            if (
                name.StartsWith("jinja-", StringComparison.Ordinal)
                || !models.TryGetValue(golden.GetProperty("model").GetString()!, out var model)
            )
            {
                continue;
            }

            var trailing = golden
                .GetProperty("cuts")
                .EnumerateArray()
                .Where(c => c.TryGetProperty("trailing_assistant", out _))
                .ToList();
            foreach (var cut in request.TryGetProperty("messages", out var messages) ? trailing : [])
            {
                var expected = cut.GetProperty("trailing_assistant").GetProperty("rendered_template").GetString();
                var rendered = model.Template.Render(new PromptParts([.. Parts(messages), Partial(cut)]));
                differences.AddRange(rendered == expected ? [] : [$"{name}: {rendered}\n  was: {expected}"]);
            }
        }

        differences.ShouldBeEmpty();
    }

    private static IEnumerable<PromptMessage> Parts(JsonElement messages) =>
        messages
            .EnumerateArray()
            .Select(m => new PromptMessage(
                m.GetProperty("role").GetString()!,
                m.GetProperty("content").GetString()!,
                "",
                []
            ));

    private static PromptMessage Partial(JsonElement cut) =>
        new("assistant", cut.GetProperty("prefix").GetString()!, "", []);

    private static Task<string> RawAsync(
        OllamaEmulator emulator,
        string prompt,
        string options = "\"temperature\":0",
        string model = "llama3.1:8b"
    ) =>
        Http.GenerateAsync(
            emulator,
            $$"""{"model":"{{model}}","raw":true,"prompt":{{Http.Quote(prompt)}},"options":{ {{options}} } }"""
        );
}
