using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Ollama;
using HybridLlm.Testing;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OllamaSharp;

namespace HybridLlm.Gateway.Tests.Endpoints;

/// <summary>The gateway over HTTP, in front of a cluster in an emulated world.</summary>
public sealed class OllamaEndpointsTests : IAsyncLifetime
{
    private const string Model = "llama3.1:8b";

    private readonly ScratchFolder _folder = new();
    private EmulatedWorld _world = null!;
    private HybridCluster _cluster = null!;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _world = await EmulatedWorld.StartAsync(
            new EmulatedWorldOptions { Clock = new VirtualClock(TimeProvider.System.GetUtcNow(), speed: 100) },
            Token
        );
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddHybridLlm(
            "lab",
            cluster =>
                cluster
                    .WithModel(Model)
                    .WithSpotGpus("us-east-1")
                    .WithBudget(perDay: 3)
                    .WithLife(life => life with { BootDeadline = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) })
                    .UseStateFolder(_folder["state"])
                    .UseEmulatedWorld(_world, Model)
        );
        _app = builder.Build();
        _app.MapHybridGateway();
        await _app.StartAsync(Token);
        _cluster = _app.Services.GetRequiredService<HybridCluster>();
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()), Timeout = Timeout.InfiniteTimeSpan };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await _world.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_request_is_held_while_the_GPU_wakes_and_streams_line_by_line()
    {
        await _cluster.UpAsync(cancellationToken: Token);
        using var response = await PostAsync("api/chat", Question());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var lines = (await response.Content.ReadAsStringAsync(Token)).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
        lines.Length.ShouldBeGreaterThan(20);
        lines.Count(l => JsonDocument.Parse(l).RootElement.GetProperty("done").GetBoolean()).ShouldBe(1);
    }

    [Fact]
    public async Task Streamed_gathered_and_asked_through_OllamaSharp_the_answer_is_the_same()
    {
        await _cluster.UpAsync(cancellationToken: Token);
        using OllamaClient ours = new(_http, _http.BaseAddress!);
        using OllamaChatClient chat = new(ours, Model);
        // At temperature 0 a text is one and the same for its prompt, whichever way it is asked for.
        ChatOptions greedy = new() { Temperature = 0 };
        var streamed = await chat.GetResponseAsync("Hello?", greedy, Token);

        var body = Question("Hello?");
        body["stream"] = false;
        body["options"] = new JsonObject { ["temperature"] = 0 };
        using var response = await PostAsync("api/chat", body);
        var gathered = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        gathered.GetProperty("message").GetProperty("content").GetString().ShouldBe(streamed.Text);
        gathered.GetProperty("done").GetBoolean().ShouldBeTrue();

        using OllamaApiClient theirs = new(_http, Model);
        (await ((IChatClient)theirs).GetResponseAsync("Hello?", greedy, Token)).Text.ShouldBe(streamed.Text);
        (await _http.GetFromJsonAsync<JsonElement>("api/tags", Token))
            .GetProperty("models")[0]
            .GetProperty("name")
            .GetString()
            .ShouldBe(Model);
    }

    [Fact]
    public async Task A_client_cannot_reload_or_unload_the_model_for_everybody()
    {
        await _cluster.UpAsync(cancellationToken: Token);
        var body = Question();
        body["keep_alive"] = 0;
        body["options"] = new JsonObject { ["num_ctx"] = 256, ["num_predict"] = 3 };
        using var first = await PostAsync("api/chat", body);
        await first.Content.ReadAsStringAsync(Token);

        using var endpoint = await _cluster.AcquireAsync(Token);
        using OllamaClient node = new(endpoint.Http, endpoint.Address);
        var resident = await node.ListResidentAsync(Token);
        resident.Single().ContextLength.ShouldBe(8192);
    }

    [Theory]
    [InlineData("api/pull")]
    [InlineData("api/delete")]
    [InlineData("api/create")]
    [InlineData("api/blobs/sha256:00")]
    [InlineData("api/me")]
    [InlineData("api/experimental/web_search")]
    public async Task What_changes_models_or_reaches_beyond_is_refused_and_wakes_nothing(string path)
    {
        using var response = await PostAsync(path, []);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync(Token)).ShouldContain("not offered by this gateway");
        _world.Cloud.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_model_is_404_and_a_broken_body_400_and_neither_wakes_anything()
    {
        var other = Question();
        other["model"] = "mistral:7b";
        using var unknown = await PostAsync("api/chat", other);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await unknown.Content.ReadAsStringAsync(Token)).ShouldContain($"this gateway serves {Model}");

        using var broken = await _http.PostAsync("api/chat", new StringContent("{\"model\":"), Token);
        broken.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var list = await _http.PostAsync("api/generate", new StringContent("[1]"), Token);
        list.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _world.Cloud.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wake_that_fails_is_503_with_the_reason_and_when_to_try_again()
    {
        var plan = await _cluster.UpAsync(cancellationToken: Token);
        foreach (var offer in plan.Offers)
        {
            _world.Cloud.Capacity.Set(offer.InstanceType, offer.Zone, Market.Spot, 0);
        }

        using var response = await PostAsync("api/chat", Question());

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        (await response.Content.ReadAsStringAsync(Token)).ShouldContain("InsufficientInstanceCapacity");
    }

    [Fact]
    public async Task A_client_that_leaves_while_held_leaves_the_wake_to_the_others()
    {
        await _cluster.UpAsync(cancellationToken: Token);
        using CancellationTokenSource impatient = new();
        var leaving = SendAsync("api/chat", Question(), impatient.Token);
        while ((await _cluster.StatusAsync(Token)).Waiting == 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _world.Clock, Token);
        }

        var staying = PostAsync("api/chat", Question());
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(leaving);

        using var response = await staying;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _world.Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1);
    }

    private static JsonObject Question(string text = "Why?") =>
        new()
        {
            ["model"] = Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
        };

    private Task<HttpResponseMessage> PostAsync(string path, JsonObject body) => SendAsync(path, body, Token);

    private async Task<HttpResponseMessage> SendAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
