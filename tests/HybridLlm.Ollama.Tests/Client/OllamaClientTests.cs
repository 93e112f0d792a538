using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Ollama.Tests.Client;

public sealed class OllamaClientTests
{
    private const string Model = "llama3.1:8b";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_arrives_piece_by_piece_and_ends_with_its_usage()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);

        var chunks = await client.ChatAsync(Hello(), Ended).ToListAsync(Ended);

        chunks.Count.ShouldBeGreaterThan(60);
        chunks.SkipLast(1).ShouldAllBe(c => !c.Done && c.Text.StartsWith(' ') && c.Usage == null);
        chunks[^1].DoneReason.ShouldBe("stop");
        chunks[^1].Usage!.AnswerTokens.ShouldBe(chunks.Count);
        chunks[^1].Usage!.PromptTokens.ShouldBeGreaterThan(1);
        chunks[0].Model.ShouldBe(Model);
    }

    [Fact]
    public async Task Generate_continues_a_raw_prompt_where_chat_was_cut()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        JsonObject chat = new()
        {
            ["model"] = Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hello" }),
            ["options"] = new JsonObject { ["temperature"] = 0 },
        };
        var pieces = await client.StreamAsync(OllamaApi.Chat, chat, Ended).Select(c => c.Text).ToListAsync(Ended);
        var prompt = await client.RenderAsync(OllamaApi.Chat, chat, Ended);

        GenerateRequest rest = new()
        {
            Model = Model,
            Prompt = prompt + string.Concat(pieces.Take(10)),
            Raw = true,
            Options = new RequestOptions { Temperature = 0 },
        };
        (await client.GenerateAsync(rest, Ended).Select(c => c.Text).ToListAsync(Ended)).ShouldBe(pieces.Skip(10));
    }

    [Fact]
    public async Task Token_counts_come_with_logprobs_only()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        JsonObject body = new() { ["model"] = Model, ["prompt"] = "x" };

        (await client.StreamAsync(OllamaApi.Generate, body, Ended).FirstAsync(Ended)).TokenCount.ShouldBeNull();
        body["logprobs"] = true;
        (await client.StreamAsync(OllamaApi.Generate, body, Ended).FirstAsync(Ended)).TokenCount.ShouldBe(1);
    }

    [Fact]
    public async Task Models_are_listed_shown_loaded_and_unloaded()
    {
        await using var emulator = await OllamaEmulator.StartAsync(new() { Models = TinyShow() }, Ended);
        using OllamaClient client = new(emulator.Address);

        (await client.GetVersionAsync(Ended)).ShouldBe("0.33.0");
        var installed = (await client.ListInstalledAsync(Ended)).Single();
        installed.Name.ShouldBe("a:latest");
        installed.ContextLength.ShouldBe(131_072);
        installed.Capabilities.ShouldBe(["completion"]);
        installed.Bytes.ShouldBe(4_900_000_000);

        var shown = await client.ShowAsync("a", Ended);
        shown.Renderer.ShouldBe("lfm2");
        shown.Parser.ShouldBeNull();
        shown.Info["llama.block_count"].GetInt32().ShouldBe(32);

        (await client.ListResidentAsync(Ended)).ShouldBeEmpty();
        await client.PreloadAsync("a", Timeout.InfiniteTimeSpan, contextLength: 8192, Ended);
        var resident = (await client.ListResidentAsync(Ended)).Single();
        resident.ContextLength.ShouldBe(8192);
        resident.WhollyOnGpu.ShouldBeTrue();
        resident.ExpiresAt.Year.ShouldBeGreaterThan(2200);
        resident.Digest.ShouldBe(installed.Digest);

        await client.UnloadAsync("a", Ended);
        (await client.ListResidentAsync(Ended)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Headers_of_a_request_are_sent_and_not_written_into_its_body()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using RecordingHandler handler = new();
        using HttpClient http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using OllamaClient client = new(http, emulator.Address);
        var request = Hello();
        request.CustomHeaders["X-Trace"] = "7";

        await client.ChatAsync(request, Ended).ToListAsync(Ended);

        handler.Last!.Headers.GetValues("X-Trace").ShouldBe(["7"]);
        emulator.Requests.Single().Body.ShouldNotContain("CustomHeaders");
    }

    [Fact]
    public void A_client_with_a_time_out_is_refused()
    {
        using HttpClient http = new();

        Should
            .Throw<ArgumentException>(() => new OllamaClient(http, new Uri("http://127.0.0.1:11434")))
            .Message.ShouldContain("100 s");
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://127.0.0.1/?a=b")]
    public void An_address_that_is_no_root_is_refused(string address) =>
        Should.Throw<ArgumentException>(() => new OllamaClient(new Uri(address)));

    [Fact]
    public void An_address_may_have_a_path() =>
        new OllamaClient(new Uri("http://gateway/ollama")).Address.ShouldBe(new Uri("http://gateway/ollama/"));

    internal static ChatRequest Hello() => new() { Model = Model, Messages = [new Message(ChatRole.User, "Hello")] };

    private static EmulatedModel[] TinyShow() => [new() { Name = "a", Template = PromptTemplate.Lfm2 }];

    private sealed class RecordingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public HttpRequestMessage? Last { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Last = request;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
