using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;
using HybridLlm.Testing.Tests.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>One situation each: what the answer is, how it moved and whether it is called exact.</summary>
public sealed class ContinuityTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cut_answer_goes_on_without_a_seam_and_says_where_it_was()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        (answer.Text, answer.Reason, answer.Tokens).ShouldBe((whole.Text, whole.Reason, whole.Tokens));
        var migration = answer.Migrations.ShouldHaveSingleItem();
        migration.Method.ShouldBe(ContinuationMethod.RawPrompt);
        (migration.From, migration.To).ShouldBe((servers.Address(0), servers.Address(1)));
        migration.AfterCharacters.ShouldBe(string.Concat(whole.Chunks.Take(20).Select(c => c.Text)).Length);
        migration.Cause.ShouldBeOfType<OllamaCutException>();
        answer.Last.Continuity!.Exact.ShouldBeTrue();
        answer.Last.Continuity.Migrations.ShouldBe(answer.Migrations);
        whole.Last.Continuity.ShouldBeNull();
    }

    [Fact]
    public async Task Every_line_has_the_shape_that_was_asked_for()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 5));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        foreach (var chunk in answer.Chunks)
        {
            var line = JsonElement.Parse(chunk.Json.Span);
            line.GetProperty("message").GetProperty("content").GetString().ShouldBe(chunk.Text);
            line.GetProperty("model").GetString().ShouldBe("m");
            line.TryGetProperty("logprobs", out _).ShouldBeFalse();
        }

        var last = JsonElement.Parse(answer.Last.Json.Span);
        (last.GetProperty("prompt_eval_count").GetInt32(), last.GetProperty("eval_count").GetInt32()).ShouldBe(
            answer.Tokens!.Value
        );
    }

    [Fact]
    public async Task Probabilities_that_were_asked_for_stay()
    {
        await using var servers = await Servers.StartAsync(Models());
        var body = Ask.Generate("Hello");
        body["logprobs"] = true;

        var answer = await servers.AskAsync(OllamaApi.Generate, body);

        JsonElement.Parse(answer.Chunks[0].Json.Span).GetProperty("logprobs").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Alternatives_that_were_not_asked_for_are_left_out_after_a_seam(int wanted)
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        var body = Ask.Generate("Hello");
        (body["logprobs"], body["top_logprobs"]) = (true, wanted);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 5));

        var answer = await servers.AskAsync(OllamaApi.Generate, body);

        foreach (var chunk in answer.Chunks.SkipLast(1))
        {
            var token = JsonElement.Parse(chunk.Json.Span).GetProperty("logprobs").EnumerateArray().Single();
            var shown = token.TryGetProperty("top_logprobs", out var likeliest) ? likeliest.GetArrayLength() : 0;
            (token.GetProperty("token").GetString(), shown).ShouldBe((chunk.Text, wanted));
        }
    }

    [Fact]
    public async Task Nothing_delivered_is_a_plain_restart()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 0));

        var answer = await servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello", options: new JsonObject { ["temperature"] = 0.8 })
        );

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.Restart);
        answer.Last.Continuity!.Exact.ShouldBeTrue();
        answer.Reason.ShouldBe("stop");
    }

    [Fact]
    public async Task With_a_temperature_nothing_is_lost_but_the_seam_is_only_approximate()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        JsonObject sampled = new() { ["temperature"] = 0.8, ["seed"] = 42 };
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello", options: sampled));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: sampled));

        var before = answer.Text[..answer.Migrations.Single().AfterCharacters];
        whole.Text.ShouldStartWith(before);
        answer.Text.ShouldNotBe(whole.Text);
        answer.Text[before.Length..].ShouldStartWith(" ");
        answer.Last.Continuity!.Exact.ShouldBeFalse();
        answer.Last.Continuity.Doubts.ShouldHaveSingleItem().ShouldContain("temperature");
        // The tokens of the parts are still all counted, and the prompt once.
        answer.Tokens.ShouldBe((whole.Tokens!.Value.Item1, answer.Chunks.Count));
    }

    [Fact]
    public async Task A_model_whose_text_reads_as_other_tokens_is_found_out()
    {
        await using var servers = await Servers.StartAsync(
            Models(voice: EmulatedVoice.Unstable),
            Models(voice: EmulatedVoice.Unstable)
        );
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 40));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        answer.Text.ShouldNotBe(whole.Text);
        answer.Last.Continuity!.Doubts.ShouldHaveSingleItem().ShouldContain("other tokens");
        answer.Tokens!.Value.Item1.ShouldBe(whole.Tokens!.Value.Item1);
    }

    [Fact]
    public async Task Seams_between_letters_of_many_bytes_lose_none()
    {
        await using var servers = await Servers.StartAsync(
            Models(voice: EmulatedVoice.MultiByte),
            Models(voice: EmulatedVoice.MultiByte)
        );
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        for (var line = 1; line < 40; line++)
        {
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, line));
            var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));
            (answer.Text, answer.Tokens).ShouldBe((whole.Text, whole.Tokens));
            // Several tokens a letter, and the server shows one, so nobody counted them as they came.
            answer.Last.Continuity!.Exact.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_limit_inside_a_letter_holds_wherever_the_cut_falls()
    {
        await using var servers = await Servers.StartAsync(
            Models(voice: EmulatedVoice.MultiByte),
            Models(voice: EmulatedVoice.MultiByte)
        );
        for (var limit = 5; limit < 13; limit++)
        {
            JsonObject limited = new() { ["temperature"] = 0, ["num_predict"] = limit };
            var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello", options: limited));
            for (var line = 1; line < whole.Chunks.Count; line++)
            {
                servers[0].Arm(new StreamFault(StreamFaultKind.Cut, line));
                var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: limited));
                (answer.Text, answer.Reason, answer.Tokens).ShouldBe(
                    (whole.Text, "length", whole.Tokens),
                    $"limit {limit}, line {line}"
                );
            }
        }
    }

    [Fact]
    public async Task A_stop_string_is_met_wherever_the_cut_falls()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        var words = (await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"))).Text.Split(' ');
        JsonObject stop = new() { ["temperature"] = 0, ["stop"] = new JsonArray($"{words[10]} {words[11]}") };
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello", options: stop));
        whole.Text.ShouldBe(string.Join(' ', words.Take(10)) + " ");

        for (var line = 1; line <= whole.Chunks.Count; line++)
        {
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, line));
            var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: stop));
            (answer.Text, answer.Reason, answer.Tokens).ShouldBe((whole.Text, "stop", whole.Tokens));
        }
    }

    [Theory]
    [InlineData(
        "stop                           \"<|im_start|>\"\nstop                           \"a \\\"b\\\" \\u00fc\\n\"\ntemperature 0",
        "<|im_start|>,a \"b\" ü\n"
    )]
    [InlineData("stop AI:", "AI:")]
    [InlineData("stop \"\\xff\"", "\\xff")]
    [InlineData("", "")]
    public void Stop_strings_are_read_as_the_server_writes_them(string parameters, string stops)
    {
        ModelDescription model = new()
        {
            Modelfile = "",
            Template = "",
            Parameters = parameters,
            Capabilities = [],
            Info = new Dictionary<string, System.Text.Json.JsonElement>(),
        };

        string.Join(',', ModelStops.Of(model)).ShouldBe(stops);
    }

    [Fact]
    public async Task A_stop_string_of_the_model_is_met_wherever_the_cut_falls()
    {
        await using var without = await Servers.StartAsync(Models());
        var words = (await without.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"))).Text.Split(' ');
        var models = Models();
        models.Models = [models.Models[0] with { Stop = ["<|im_start|>", $"{words[10]} {words[11]}"] }];
        await using var servers = await Servers.StartAsync(models, models);
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        whole.Text.ShouldBe(string.Join(' ', words.Take(10)) + " ");

        for (var line = 1; line <= whole.Chunks.Count; line++)
        {
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, line));
            var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));
            (answer.Text, answer.Reason, answer.Tokens).ShouldBe((whole.Text, "stop", whole.Tokens), $"line {line}");
        }
    }

    [Fact]
    public async Task Tokens_held_back_together_are_counted_so_that_the_limit_and_the_usage_hold()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        var words = (await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"))).Text.Split(' ');
        // Met almost, but not quite: words 10 to 12 come as one line, and as one token of its logprobs.
        JsonObject near = new()
        {
            ["temperature"] = 0,
            ["num_predict"] = 30,
            ["stop"] = new JsonArray($"{words[10]} {words[11]} ZZ"),
        };
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello", options: near));
        whole.Chunks.Count.ShouldBeLessThan(31);
        whole.Reason.ShouldBe("length");

        for (var line = 1; line < whole.Chunks.Count; line++)
        {
            servers[0].Arm(new StreamFault(StreamFaultKind.Cut, line));
            var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: near));
            (answer.Text, answer.Reason, answer.Tokens).ShouldBe((whole.Text, "length", whole.Tokens), $"line {line}");
        }
    }

    [Fact]
    public async Task An_answer_cut_between_its_last_token_and_its_last_line_is_finished_not_continued()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        JsonObject limited = new() { ["temperature"] = 0, ["num_predict"] = 12 };
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello", options: limited));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 12));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: limited));

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.Finish);
        (answer.Text, answer.Reason, answer.Tokens).ShouldBe((whole.Text, "length", whole.Tokens));
        answer.Last.Continuity!.Exact.ShouldBeTrue();
        // To Ollama 0 would mean without limit.
        servers[1].Requests.ShouldAllBe(r => !r.Body.Contains("\"num_predict\":0"));
    }

    [Fact]
    public async Task A_JSON_answer_is_replayed_and_skipped()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        var body = Ask.Chat("Hello");
        body["format"] = "json";
        var whole = await servers.WholeAsync(OllamaApi.Chat, body);
        JsonElement.Parse(whole.Text).GetProperty("answer").GetString().ShouldNotBeEmpty();
        servers[0].Arm(new StreamFault(StreamFaultKind.RunnerCrash, 8));

        var answer = await servers.AskAsync(OllamaApi.Chat, body);

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.Replay);
        (answer.Text, answer.Reason, answer.Tokens).ShouldBe((whole.Text, whole.Reason, whole.Tokens));
        answer.Last.Continuity!.Exact.ShouldBeTrue();
    }

    [Fact]
    public async Task A_JSON_answer_by_chance_is_lost_honestly()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        var body = Ask.Chat("Hello", options: new JsonObject { ["temperature"] = 0.8 });
        body["format"] = "json";
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 8));

        var lost = await Should.ThrowAsync<ContinuityLostException>(servers.AskAsync(OllamaApi.Chat, body));

        lost.InnerException.ShouldBeOfType<OllamaCutException>();
        lost.Message.ShouldContain("grammar");
    }

    [Fact]
    public void A_replay_that_says_something_else_is_lost_and_not_patched_up()
    {
        DeliveredSkipper skipper = new(new AnswerSoFar { Text = "{\"a\": 1" });

        skipper.Skip(new OllamaChunk { Text = "{\"a\"" }).ShouldBeNull();
        Should.Throw<ContinuityLostException>(() => skipper.Skip(new OllamaChunk { Text = ": 2" }));
    }

    [Fact]
    public void A_replay_that_ends_too_early_is_lost()
    {
        DeliveredSkipper skipper = new(new AnswerSoFar { Text = "{\"a\": 1" });

        Should.Throw<ContinuityLostException>(() => skipper.Skip(new OllamaChunk { Text = "{", Done = true }));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(13)]
    public async Task A_cut_before_or_after_a_tool_call_calls_it_once(int line)
    {
        OllamaEmulatorOptions options = Models(PromptTemplate.Tools, capabilities: ["completion", "tools"]);
        await using var servers = await Servers.StartAsync(options, options);
        var body = Ask.Chat("call weather");
        body["tools"] = JsonNode.Parse(
            """[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}]"""
        );
        var whole = await servers.WholeAsync(OllamaApi.Chat, body);
        whole.ToolCalls.Count.ShouldBe(1);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, line));

        var answer = await servers.AskAsync(OllamaApi.Chat, body);

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.Replay);
        (answer.Text, answer.Tokens).ShouldBe((whole.Text, whole.Tokens));
        answer.ToolCalls.ShouldBe(whole.ToolCalls);
    }

    [Fact]
    public async Task A_cut_inside_a_thought_goes_on_thinking_and_then_answers()
    {
        OllamaEmulatorOptions options = Models(
            PromptTemplate.Qwen3VlThinking,
            capabilities: ["completion", "thinking"]
        );
        await using var servers = await Servers.StartAsync(options, options);
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        whole.Thinking.Split(' ').Length.ShouldBeGreaterThan(20);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 10));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        (answer.Thinking, answer.Text.Trim()).ShouldBe((whole.Thinking, whole.Text.Trim()));
        answer.Last.Continuity!.Doubts.ShouldContain(d => d.Contains("thought"));
    }

    [Fact]
    public async Task A_cut_after_a_thought_goes_on_answering()
    {
        OllamaEmulatorOptions options = Models(
            PromptTemplate.Qwen3VlThinking,
            capabilities: ["completion", "thinking"]
        );
        await using var servers = await Servers.StartAsync(options, options);
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        var thoughts = whole.Chunks.Count(c => c.Thinking.Length > 0);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, thoughts + 10));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.TrailingAssistant);
        answer.Thinking.ShouldBe(whole.Thinking);
        answer
            .Text[..answer.Migrations.Single().AfterCharacters]
            .ShouldBe(whole.Text[..answer.Migrations.Single().AfterCharacters]);
        answer.Reason.ShouldBe("stop");
    }

    [Fact]
    public async Task Tools_that_were_offered_and_not_called_go_on_where_the_template_continues()
    {
        OllamaEmulatorOptions options = Models(PromptTemplate.Llama3Library, capabilities: ["completion", "tools"]);
        await using var servers = await Servers.StartAsync(options, options);
        var body = Ask.Chat("Hello");
        body["tools"] = JsonNode.Parse("""[{"type":"function","function":{"name":"weather"}}]""");
        var whole = await servers.WholeAsync(OllamaApi.Chat, body);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(OllamaApi.Chat, body);

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.TrailingAssistant);
        (answer.Text, answer.Tokens, answer.Last.Continuity!.Exact).ShouldBe((whole.Text, whole.Tokens, true));
    }

    [Fact]
    public async Task A_model_of_other_weights_is_passed_over()
    {
        await using var servers = await Servers.StartAsync(
            Models(),
            new OllamaEmulatorOptions { Models = [new() { Name = "m", Digest = new string('0', 64) }] },
            new OllamaEmulatorOptions { Models = [new() { Name = "another" }] },
            Models()
        );
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        answer.Text.ShouldBe(whole.Text);
        answer.Migrations.Single().To.ShouldBe(servers.Address(3));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up_after_the_limit()
    {
        WatchedClock clock = new();
        await using var servers = await Servers.StartAsync(Models(), Models());
        ContinuityOptions options = new() { TimeProvider = clock, StallLimit = TimeSpan.FromMinutes(2) };
        // With the options, as the server must have said who it is before it hangs.
        var whole = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"), options);
        servers[0].Arm(new StreamFault(StreamFaultKind.Hang, 20));
        Answer? so = null;

        var asked = servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"), options, received: answer => so = answer);
        while (so is not { Chunks.Count: 20 })
        {
            await Task.Yield();
        }

        // The answer waits for the next line, or is about to; so the clock is turned until it has given up.
        while (so.Migrations.Count == 0)
        {
            clock.Advance(TimeSpan.FromMinutes(2));
            await Task.Yield();
        }

        var answer = await asked;
        answer.Text.ShouldBe(whole.Text);
        answer.Migrations[0].Cause.ShouldBeOfType<OllamaStalledException>();
    }

    [Fact]
    public async Task An_answer_moves_three_times_at_most()
    {
        await using var servers = await Servers.StartAsync(Models(), Models(), Models(), Models());
        for (var i = 0; i < 4; i++)
        {
            servers[i].Arm(new StreamFault(StreamFaultKind.Cut, 5));
        }

        await Should.ThrowAsync<OllamaCutException>(servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello")));

        servers[3].Requests.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task With_all_servers_lost_the_last_failure_is_told()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 20));
        await servers[1].KillAsync();

        await Should.ThrowAsync<OllamaUnreachableException>(servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello")));
    }

    [Fact]
    public async Task A_request_at_fault_is_not_tried_elsewhere()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());

        var wrong = Ask.Chat("Hello", options: new JsonObject { ["temperature"] = "hot" });
        await Should.ThrowAsync<OllamaResponseException>(servers.AskAsync(OllamaApi.Chat, wrong));

        servers[1].Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_model_that_repeats_itself_ends_as_stopped()
    {
        await using var servers = await Servers.StartAsync(
            Models(voice: EmulatedVoice.Loop),
            Models(voice: EmulatedVoice.Loop)
        );

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        (answer.Reason, answer.Chunks.Count).ShouldBe(("stop", 32));
        servers[1].Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_leaves_during_a_move_leaves_all_servers_idle()
    {
        await using var servers = await Servers.StartAsync(Models(), Models());
        using CancellationTokenSource leaves = new();
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));
        servers[1].Hang();

        var asked = servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"), cancellationToken: leaves.Token);
        while (servers[1].InFlight == 0)
        {
            await Task.Yield();
        }

        await leaves.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asked);
        while (servers[0].InFlight + servers[1].InFlight > 0)
        {
            await Task.Yield();
            Ended.ThrowIfCancellationRequested();
        }
    }

    private static OllamaEmulatorOptions Models(
        PromptTemplate? template = null,
        EmulatedVoice voice = EmulatedVoice.Words,
        IReadOnlyList<string>? capabilities = null
    ) =>
        new()
        {
            Models =
            [
                new()
                {
                    Name = "m",
                    Template = template ?? PromptTemplate.Plain,
                    Voice = voice,
                    Capabilities = capabilities ?? ["completion"],
                },
            ],
        };
}
