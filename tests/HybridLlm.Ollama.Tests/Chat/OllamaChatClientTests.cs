using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;
using Microsoft.Extensions.AI;

namespace HybridLlm.Ollama.Tests.Chat;

public sealed class OllamaChatClientTests
{
    private const string Model = "llama3.1:8b";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_streamed_answer_is_the_whole_answer_with_usage_and_reason()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        using OllamaChatClient chat = new(client, Model);
        ChatOptions greedy = new() { Temperature = 0 };

        var whole = await chat.GetResponseAsync("Hello", greedy, Ended);
        var streamed = await chat.GetStreamingResponseAsync("Hello", greedy, Ended).ToListAsync(Ended);

        string.Concat(streamed.Select(u => u.Text)).ShouldBe(whole.Text);
        whole.FinishReason.ShouldBe(ChatFinishReason.Stop);
        whole.ModelId.ShouldBe(Model);
        whole.Usage!.OutputTokenCount.ShouldBe(streamed.Count);
        whole.Usage.TotalTokenCount.ShouldBe(whole.Usage.InputTokenCount + whole.Usage.OutputTokenCount);
        streamed.Select(u => u.ResponseId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_throws_instead_of_passing_for_short()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        using OllamaChatClient chat = new(client, Model);
        emulator.Arm(new StreamFault(StreamFaultKind.RunnerCrash, 5));

        await Should.ThrowAsync<OllamaErrorLineException>(chat.GetResponseAsync("Hello", cancellationToken: Ended));
    }

    [Fact]
    public async Task Options_reach_the_server_under_its_own_names()
    {
        ChatOptions options = new()
        {
            Instructions = "Be brief.",
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 20,
            MaxOutputTokens = 7,
            Seed = 42,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.2f,
            StopSequences = ["END"],
            AdditionalProperties = new() { ["keep_alive"] = TimeSpan.FromMinutes(10), ["num_ctx"] = 8192 },
        };

        var body = await SentAsync(options, new ChatMessage(ChatRole.User, "Hello"));

        body["messages"]!
            .ToJsonString()
            .ShouldBe("""[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello"}]""");
        body["keep_alive"]!.GetValue<string>().ShouldBe("600000ms");
        body["stream"]!.GetValue<bool>().ShouldBeTrue();
        body["options"]!
            .ToJsonString()
            .ShouldBe(
                """{"temperature":0.5,"top_p":0.9,"top_k":20,"num_predict":7,"frequency_penalty":0.1,"presence_penalty":0.2,"seed":42,"stop":["END"],"num_ctx":8192}"""
            );
    }

    [Fact]
    public async Task Nothing_is_sent_that_was_not_set()
    {
        var body = await SentAsync(null, new ChatMessage(ChatRole.User, "Hello"));

        body.Select(p => p.Key).ShouldBe(["model", "messages", "stream"]);
    }

    [Fact]
    public void A_schema_and_the_wish_for_any_JSON_become_format()
    {
        var schema = JsonElement.Parse("""{"type":"object"}""");

        Body(new() { ResponseFormat = ChatResponseFormat.Json })["format"]!.ToJsonString().ShouldBe("\"json\"");
        Body(new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) })["format"]!
            .ToJsonString()
            .ShouldBe("""{"type":"object"}""");
        Body(new() { ResponseFormat = ChatResponseFormat.Text }).ContainsKey("format").ShouldBeFalse();
    }

    [Theory]
    [InlineData(ReasoningEffort.None, "false")]
    [InlineData(ReasoningEffort.Low, "\"low\"")]
    [InlineData(ReasoningEffort.High, "\"high\"")]
    [InlineData(ReasoningEffort.ExtraHigh, "\"max\"")]
    public void Reasoning_effort_becomes_think(ReasoningEffort effort, string think) =>
        Body(new() { Reasoning = new() { Effort = effort } })["think"]!.ToJsonString().ShouldBe(think);

    [Fact]
    public void A_limit_of_zero_tokens_is_refused_because_Ollama_takes_it_for_none() =>
        Should.Throw<ArgumentOutOfRangeException>(() => Body(new() { MaxOutputTokens = 0 }));

    [Fact]
    public void A_model_must_be_named_somewhere() =>
        Should.Throw<ArgumentException>(() => ChatBody.From([], null, null)).Message.ShouldContain("ModelId");

    [Fact]
    public void Tools_calls_and_results_become_messages_of_their_own()
    {
        var tool = AIFunctionFactory.Create(
            ([Description("City")] string city) => "rain",
            "weather",
            "Weather of a city"
        );
        ChatMessage[] messages =
        [
            new(ChatRole.User, "Rain?"),
            new(
                ChatRole.Assistant,
                [new FunctionCallContent("c1", "weather", new Dictionary<string, object?> { ["city"] = "Ulm" })]
            ),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "rain")]),
        ];

        var body = ChatBody.From(messages, new() { Tools = [tool] }, Model);

        body["messages"]!
            .ToJsonString()
            .ShouldBe(
                """[{"role":"user","content":"Rain?"},{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"weather","arguments":{"city":"Ulm"}}}]},{"role":"tool","content":"rain","tool_name":"weather","tool_call_id":"c1"}]"""
            );
        body["tools"]![0]!["function"]!["name"]!.GetValue<string>().ShouldBe("weather");
        body["tools"]![0]!["function"]!["parameters"]!["properties"]!["city"]!["description"]!
            .GetValue<string>()
            .ShouldBe("City");
        Body(new() { Tools = [tool], ToolMode = ChatToolMode.None }).ContainsKey("tools").ShouldBeFalse();
    }

    [Fact]
    public void Images_travel_beside_the_text_and_addresses_of_images_do_not()
    {
        ChatMessage image = new(
            ChatRole.User,
            [new TextContent("What?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")]
        );
        ChatMessage address = new(ChatRole.User, [new UriContent("http://a/b.png", "image/png")]);

        ChatBody.From([image], null, Model)["messages"]![0]!
            .ToJsonString()
            .ShouldBe("""{"role":"user","content":"What?","images":["AQID"]}""");
        Should.Throw<NotSupportedException>(() => ChatBody.From([address], null, Model));
    }

    [Fact]
    public void A_tool_call_and_a_thought_become_contents()
    {
        ChatUpdates updates = new();
        OllamaChunk Chunk(string json) => ChunkParser.Parse(System.Text.Encoding.UTF8.GetBytes(json)).Chunk!;

        var thought = updates.From(
            Chunk("""{"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}""")
        );
        var call = updates.From(
            Chunk(
                """{"message":{"content":"","tool_calls":[{"id":"c1","function":{"name":"f","arguments":{"a":1}}}]},"done":false}"""
            )
        );
        var last = updates.From(
            Chunk(
                """{"message":{"content":""},"done":true,"done_reason":"stop","eval_count":2,"prompt_eval_count":3}"""
            )
        );

        thought.Contents.Single().ShouldBeOfType<TextReasoningContent>().Text.ShouldBe("hm");
        var function = call.Contents.Single().ShouldBeOfType<FunctionCallContent>();
        (function.CallId, function.Name, function.Arguments!["a"]!.ToString()).ShouldBe(("c1", "f", "1"));
        last.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
    }

    [Fact]
    public async Task Embeddings_have_the_models_length_and_are_equal_for_equal_texts()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new()
            {
                Models =
                [
                    new()
                    {
                        Name = "e",
                        Capabilities = ["embedding"],
                        EmbeddingLength = 16,
                    },
                ],
            },
            Ended
        );
        using OllamaClient client = new(emulator.Address);
        using OllamaEmbeddingGenerator generator = new(client, "e");

        var vectors = await generator.GenerateAsync(["a b", "c", "a b"], cancellationToken: Ended);

        vectors.Select(v => v.Vector.Length).ShouldBe([16, 16, 16]);
        vectors[0].Vector.ToArray().ShouldBe(vectors[2].Vector.ToArray());
        vectors[0].Vector.ToArray().ShouldNotBe(vectors[1].Vector.ToArray());
        vectors.Usage!.InputTokenCount.ShouldBe(5);
    }

    [Fact]
    public async Task Services_behind_the_adapters_can_be_reached()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        using OllamaChatClient chat = new(client, Model);
        using OllamaEmbeddingGenerator generator = new(client, Model);

        chat.GetService<OllamaClient>().ShouldBeSameAs(client);
        chat.GetService<ChatClientMetadata>()!.DefaultModelId.ShouldBe(Model);
        generator.GetService<OllamaClient>().ShouldBeSameAs(client);
        generator.GetService<EmbeddingGeneratorMetadata>()!.ProviderUri.ShouldBe(client.Address);
    }

    private static JsonObject Body(ChatOptions options) =>
        ChatBody.From([new ChatMessage(ChatRole.User, "x")], options, Model);

    private static async Task<JsonObject> SentAsync(ChatOptions? options, params ChatMessage[] messages)
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        using OllamaChatClient chat = new(client, Model);
        await chat.GetResponseAsync(messages, options, Ended);
        return JsonNode.Parse(emulator.Requests.Single().Body)!.AsObject();
    }
}
