using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Gateway.Tests.Protocols;

/// <summary>What only some models do or some requests ask for, in every protocol that has it.</summary>
public sealed class FeatureTests : IAsyncLifetime
{
    private const string Thinker = "thinker:latest";
    private const string Image = "aGVsbG8=";

    private HomeLab _lab = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _lab = await HomeLab.StartAsync([
            o =>
                o.Models = [
                    new EmulatedModel { Name = HomeLab.Model, Capabilities = ["completion", "insert"] },
                    new EmulatedModel
                    {
                        Name = "thinker",
                        Template = PromptTemplate.Qwen3VlThinking,
                        Capabilities = ["completion", "thinking"],
                    },
                ],
        ]);

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Thoughts_stay_apart_from_the_answer_in_each_protocol_whole_and_in_pieces()
    {
        var native = Chat(Thinker, "think");
        native["think"] = true;
        native["options"] = new JsonObject { ["temperature"] = 0, ["num_predict"] = 120 };
        var lines = await LinesAsync("api/chat", native);
        var thought = string.Concat(lines.Select(l => l["message"]!["thinking"]?.ToString()));
        var text = string.Concat(lines.Select(l => l["message"]!["content"]?.ToString()));
        thought.Length.ShouldBeGreaterThan(10);
        native["stream"] = false;
        var whole = (await JsonAsync("api/chat", native))["message"]!;
        (whole["thinking"]!.ToString(), whole["content"]!.ToString()).ShouldBe((thought, text));

        var chat = Chat(Thinker, "think");
        (chat["reasoning_effort"], chat["temperature"], chat["max_tokens"]) = ("high", 0, 120);
        var message = (await JsonAsync("v1/chat/completions", chat))["choices"]![0]!["message"]!;
        (message["reasoning"]!.ToString(), message["content"]!.ToString()).ShouldBe((thought, text));
        chat["stream"] = true;
        var deltas = (await EventsAsync("v1/chat/completions", chat)).Select(e => e["choices"]![0]!["delta"]!).ToList();
        string.Concat(deltas.Select(d => d["reasoning"]?.ToString())).ShouldBe(thought);
        string.Concat(deltas.Select(d => d["content"]?.ToString())).ShouldBe(text);

        var question = Chat(Thinker, "think");
        (question["max_tokens"], question["temperature"]) = (120, 0);
        question["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = 1024 };
        var blocks = (await JsonAsync("v1/messages", question))["content"]!.AsArray();
        blocks[0]!["thinking"]!.ToString().ShouldBe(thought);
        question["stream"] = true;
        var pieces = (await EventsAsync("v1/messages", question)).Select(e => e["delta"]).ToList();
        string.Concat(pieces.Select(p => p?["thinking"]?.ToString())).ShouldBe(thought);
        string.Concat(pieces.Select(p => p?["text"]?.ToString())).ShouldBe(text);

        JsonObject response = new()
        {
            ["model"] = Thinker,
            ["input"] = "think",
            ["temperature"] = 0,
            ["max_output_tokens"] = 120,
            ["reasoning"] = new JsonObject { ["effort"] = "high" },
        };
        var items = (await JsonAsync("v1/responses", response))["output"]!.AsArray();
        items[0]!["type"]!.ToString().ShouldBe("reasoning");
        items[0]!["summary"]![0]!["text"]!.ToString().ShouldBe(thought);
        response["stream"] = true;
        var events = await EventsAsync("v1/responses", response);
        Deltas("response.reasoning_summary_text.delta").ShouldBe(thought);
        Deltas("response.output_text.delta").ShouldBe(text);
        events[^1]["response"]!["output"]![0]!["summary"]![0]!["text"]!.ToString().ShouldBe(thought);

        string Deltas(string type) =>
            string.Concat(events.Where(e => e["type"]!.ToString() == type).Select(e => e["delta"]!.ToString()));
    }

    [Fact]
    public async Task Probabilities_come_where_they_are_asked_for_as_many_as_are_asked_for_and_nowhere_else()
    {
        var native = Chat(HomeLab.Model, "Why?");
        native["options"] = new JsonObject { ["temperature"] = 0, ["num_predict"] = 8 };
        (await LinesAsync("api/chat", native)).ShouldAllBe(l => !l.ContainsKey("logprobs"));
        native["logprobs"] = true;
        var lines = await LinesAsync("api/chat", native);
        lines.Count(l => l["logprobs"] is JsonArray { Count: > 0 }).ShouldBeGreaterThan(5);
        lines
            .SelectMany(l => l["logprobs"] as JsonArray ?? [])
            .ShouldAllBe(t => t!["top_logprobs"] == null, "none were asked for beside the token");
        foreach (var count in new[] { 1, 2 })
        {
            native["top_logprobs"] = count;
            lines = await LinesAsync("api/chat", native);
            lines[0]["logprobs"]![0]!["top_logprobs"]!.AsArray().Count.ShouldBe(count);
        }

        var chat = Chat(HomeLab.Model, "Why?");
        (chat["logprobs"], chat["top_logprobs"], chat["max_tokens"], chat["temperature"]) = (true, 2, 8, 0);
        var choice = (await JsonAsync("v1/chat/completions", chat))["choices"]![0]!;
        var content = choice["logprobs"]!["content"]!.AsArray();
        string.Concat(content.Select(t => t!["token"]!.ToString())).ShouldBe(choice["message"]!["content"]!.ToString());
        content[0]!["top_logprobs"]!.AsArray().Count.ShouldBe(2);

        JsonObject prompt = new()
        {
            ["model"] = HomeLab.Model,
            ["prompt"] = "Once",
            ["logprobs"] = 2,
            ["max_tokens"] = 8,
            ["temperature"] = 0,
        };
        var completion = (await JsonAsync("v1/completions", prompt))["choices"]![0]!;
        var shown = completion["logprobs"]!;
        string.Concat(shown["tokens"]!.AsArray()).ShouldBe(completion["text"]!.ToString());
        shown["top_logprobs"]![0]!.AsObject().Count.ShouldBe(2);
        shown["text_offset"]![1]!.GetValue<int>().ShouldBe(shown["tokens"]![0]!.ToString().Length);
    }

    [Fact]
    public async Task Images_reach_the_server_as_bytes_and_what_it_says_to_them_reaches_the_client()
    {
        var native = Chat(HomeLab.Model, "What is it?");
        native["messages"]![0]!["images"] = new JsonArray(Image);
        native["options"] = new JsonObject { ["num_predict"] = 2 };
        await LinesAsync("api/chat", native);

        var chat = Chat(HomeLab.Model, "");
        chat["max_tokens"] = 2;
        chat["messages"]![0]!["content"] = JsonNode.Parse(
            $$$"""[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Image}}}"}}]"""
        );
        await JsonAsync("v1/chat/completions", chat);

        var question = Chat(HomeLab.Model, "");
        question["max_tokens"] = 2;
        question["messages"]![0]!["content"] = JsonNode.Parse(
            $$$"""[{"type":"text","text":"What is it?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Image}}}"}}]"""
        );
        await JsonAsync("v1/messages", question);

        JsonObject response = new()
        {
            ["model"] = HomeLab.Model,
            ["max_output_tokens"] = 2,
            ["input"] = new JsonArray(
                new JsonObject
                {
                    ["role"] = "user",
                    ["content"] = JsonNode.Parse(
                        $$$"""[{"type":"input_text","text":"What is it?"},{"type":"input_image","image_url":"data:image/png;base64,{{{Image}}}"}]"""
                    ),
                }
            ),
        };
        await JsonAsync("v1/responses", response);
        var sent = _lab.Servers[0].Requests.Where(r => r.Path == "/api/chat").Select(r => JsonNode.Parse(r.Body)!);
        sent.Select(s => s["messages"]![0]!["images"]![0]!.ToString()).ShouldBe([Image, Image, Image, Image]);

        // This server's model is blind, which it says to the older API.
        JsonObject prompt = new()
        {
            ["model"] = HomeLab.Model,
            ["prompt"] = "What is it?",
            ["images"] = new JsonArray(Image),
        };
        using var refused = await _lab.PostAsync("api/generate", prompt);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync(Token)).ShouldContain("does not support multimodal");
    }

    [Fact]
    public async Task A_suffix_reaches_models_that_fill_in_and_others_say_that_they_do_not()
    {
        JsonObject prompt = new()
        {
            ["model"] = HomeLab.Model,
            ["prompt"] = "def f():",
            ["suffix"] = "return 1",
            ["max_tokens"] = 4,
        };
        await JsonAsync("v1/completions", prompt);
        prompt["options"] = new JsonObject { ["num_predict"] = 4 };
        await LinesAsync("api/generate", prompt);
        _lab.Servers[0]
            .Requests.Where(r => r.Path == "/api/generate" && r.Body.Contains("suffix"))
            .Select(r => JsonNode.Parse(r.Body)!["suffix"]!.ToString())
            .ShouldBe(["return 1", "return 1"]);

        prompt["model"] = Thinker;
        using var refused = await _lab.PostAsync("v1/completions", prompt);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync(Token)).ShouldContain("does not support insert");
    }

    [Fact]
    public async Task Show_and_ps_tell_what_the_servers_tell()
    {
        await LinesAsync("api/chat", Chat(Thinker, "Why?"));
        using HttpClient direct = new() { BaseAddress = _lab.Servers[0].Address };
        using var asked = await direct.PostAsync("api/show", new StringContent($$"""{"model":"{{Thinker}}"}"""), Token);
        var expected = JsonNode.Parse(await asked.Content.ReadAsStringAsync(Token));
        var shown = await JsonAsync("api/show", new JsonObject { ["model"] = Thinker });
        JsonNode.DeepEquals(shown, expected).ShouldBeTrue(shown.ToJsonString());
        using var none = await _lab.PostAsync("api/show", new JsonObject { ["model"] = "nobody:1b" });
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        await HomeLab.UntilAsync(() => _lab.Gateway.Router.Home.All[0].View.Resident.Count > 0);
        var resident = JsonNode.Parse(await _lab.Http.GetStringAsync("api/ps", Token))!["models"]!.AsArray();
        resident.Single()!["name"]!.ToString().ShouldBe(Thinker);
    }

    [Fact]
    public async Task Tokens_of_messages_are_counted_by_the_model_that_would_read_them()
    {
        var question = Chat(HomeLab.Model, "How many tokens are these?");
        question["system"] = "Be brief.";
        question.Remove("stream");
        var counted = await JsonAsync("v1/messages/count_tokens", question);
        question["max_tokens"] = 1;
        var answered = await JsonAsync("v1/messages", question);
        counted["input_tokens"]!.GetValue<int>().ShouldBe(answered["usage"]!["input_tokens"]!.GetValue<int>());
        counted["input_tokens"]!.GetValue<int>().ShouldBeGreaterThan(5);

        question["model"] = "nobody:1b";
        using var none = await _lab.PostAsync("v1/messages/count_tokens", question);
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        JsonNode.Parse(await none.Content.ReadAsStringAsync(Token))!["error"]!["type"]!
            .ToString()
            .ShouldBe("not_found_error");
    }

    private static JsonObject Chat(string model, string text) =>
        new()
        {
            ["model"] = model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
        };

    private async Task<JsonObject> JsonAsync(string path, JsonObject body)
    {
        var text = await TextAsync(path, body);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<List<JsonObject>> LinesAsync(string path, JsonObject body) =>
        [
            .. (await TextAsync(path, body))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => JsonNode.Parse(l)!.AsObject()),
        ];

    private async Task<List<JsonObject>> EventsAsync(string path, JsonObject body) =>
        [.. Sse.Data(await TextAsync(path, body)).Where(e => e != "[DONE]").Select(e => JsonNode.Parse(e)!.AsObject())];

    private async Task<string> TextAsync(string path, JsonObject body)
    {
        using var response = await _lab.PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }
}
