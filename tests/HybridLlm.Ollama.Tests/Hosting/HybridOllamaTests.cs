using System.Net;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Ollama.Hosting;
using HybridLlm.Testing.Ollama;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Ollama.Tests.Hosting;

public sealed class HybridOllamaTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registered_chat_client_answers()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        await using var provider = new ServiceCollection()
            .AddHybridOllama(o => (o.Address, o.Model) = (emulator.Address, "llama3.1:8b"))
            .BuildServiceProvider();

        var answer = await provider
            .GetRequiredService<IChatClient>()
            .GetResponseAsync("Hello", cancellationToken: Ended);

        answer.Text.ShouldNotBeEmpty();
        provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().ShouldNotBeNull();
    }

    [Fact]
    public async Task An_answer_goes_on_at_a_registered_fallback()
    {
        await using var first = await OllamaEmulator.StartAsync(null, Ended);
        await using var second = await OllamaEmulator.StartAsync(null, Ended);
        await using var provider = new ServiceCollection()
            .AddHybridOllama(o =>
            {
                (o.Address, o.Model) = (first.Address, "llama3.1:8b");
                o.Fallbacks.Add(second.Address);
            })
            .BuildServiceProvider();
        using var chat = provider.GetRequiredService<IChatClient>();
        ChatOptions greedy = new() { Temperature = 0 };
        var whole = await chat.GetResponseAsync("Hello", greedy, Ended);
        first.Arm(new StreamFault(StreamFaultKind.Cut, 10));

        var answer = await chat.GetResponseAsync("Hello", greedy, Ended);

        answer.Text.ShouldBe(whole.Text);
        var report = answer.Messages[^1].AdditionalProperties![OllamaChatClient.ContinuityKey];
        report.ShouldBeOfType<ContinuityReport>().Migrations.Single().To.ShouldBe(second.Address);
    }

    [Fact]
    public async Task A_registered_health_check_looks_at_the_registered_model()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        ServiceCollection services = new();
        services.AddLogging().AddHybridOllama(o => (o.Address, o.Model) = (emulator.Address, "llama3.1:8b"));
        services.AddHealthChecks().AddHybridOllama(tags: ["ready"]);
        await using var provider = services.BuildServiceProvider();

        var health = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(Ended);

        health.Status.ShouldBe(HealthStatus.Degraded);
        health.Entries["ollama"].Description.ShouldBe("llama3.1:8b is not loaded.");
    }

    [Fact]
    public void Addresses_that_are_no_roots_are_told_with_the_rest()
    {
        using var provider = new ServiceCollection()
            .AddHybridOllama(o =>
            {
                (o.Address, o.Retries) = (new Uri("ftp://ollama"), 11);
                o.Fallbacks.Add(new Uri("/relative", UriKind.Relative));
            })
            .BuildServiceProvider();

        var wrong = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<OllamaClient>());

        wrong.Failures.Count().ShouldBe(3);
    }

    [Fact]
    public void All_wrong_options_are_told_at_once()
    {
        using var provider = new ServiceCollection()
            .AddHybridOllama(o => (o.Address, o.Model, o.Retries) = (null!, "", 11))
            .BuildServiceProvider();

        var wrong = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<OllamaClient>());

        wrong.Failures.Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("GET", 4)]
    [InlineData("POST", 1)]
    [InlineData("DELETE", 1)]
    public async Task Only_what_reads_is_tried_again(string method, int tries)
    {
        FakeTimeProvider clock = new();
        BusyServer server = new();
        using ReadRetryHandler handler = new(new HybridOllamaOptions(), clock) { InnerHandler = server };
        using HttpMessageInvoker http = new(handler);
        using HttpRequestMessage request = new(new HttpMethod(method), "http://ollama/");

        var sent = http.SendAsync(request, Ended);
        while (!sent.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        using var response = await sent;
        (response.StatusCode, server.Tries).ShouldBe((HttpStatusCode.ServiceUnavailable, tries));
    }

    [Fact]
    public async Task Healthy_means_the_model_is_in_gpu_memory()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);

        (await CheckAsync(client, null)).Status.ShouldBe(HealthStatus.Healthy);
        (await CheckAsync(client, "llama3.1:8b")).Status.ShouldBe(HealthStatus.Degraded);
        (await CheckAsync(client, "phi4")).Status.ShouldBe(HealthStatus.Unhealthy);
        await client.PreloadAsync("llama3.1:8b", cancellationToken: Ended);
        (await CheckAsync(client, "llama3.1:8b")).Status.ShouldBe(HealthStatus.Healthy);
        await emulator.KillAsync();
        (await CheckAsync(client, null)).Exception.ShouldBeOfType<OllamaUnreachableException>();
    }

    [Fact]
    public async Task A_model_partly_in_system_memory_is_degraded()
    {
        await using var emulator = await OllamaEmulator.StartAsync(new() { GpuMemoryBytes = 1_000_000 }, Ended);
        using OllamaClient client = new(emulator.Address);
        await client.PreloadAsync("llama3.1:8b", cancellationToken: Ended);

        var health = await CheckAsync(client, "llama3.1:8b");

        health.Status.ShouldBe(HealthStatus.Degraded);
        health.Description!.ShouldContain("system memory");
    }

    private static Task<HealthCheckResult> CheckAsync(OllamaClient client, string? model)
    {
        OllamaHealthCheck check = new(client, model);
        HealthCheckContext context = new() { Registration = new("ollama", check, HealthStatus.Unhealthy, null) };
        return check.CheckHealthAsync(context, Ended);
    }

    private sealed class BusyServer : HttpMessageHandler
    {
        public int Tries { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Tries++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        }
    }
}
