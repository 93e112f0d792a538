using System.Net;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>Loading, queueing, staying and leaving, as measured on a real server.</summary>
public sealed class OllamaEmulatorLoadTests
{
    private const string Ask = """{"model":"a","prompt":" ba","options":{"temperature":0,"num_predict":3}}""";

    private static readonly TimeSpan s_load = TimeSpan.FromMinutes(4);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_sent_until_the_model_is_loaded()
    {
        WatchedClock clock = new();
        await using var emulator = await StartAsync(clock);

        var asked = Http.PostAsync(emulator, "/api/generate", Ask);
        await clock.PassAsync(s_load - TimeSpan.FromSeconds(1), Ended);
        asked.IsCompleted.ShouldBeFalse();
        (await Http.ResidentAsync(emulator)).ShouldBeEmpty();

        clock.Advance(TimeSpan.FromSeconds(1));
        using var response = await asked;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Http.ResidentAsync(emulator)).ShouldBe(["a:latest"]);
    }

    [Fact]
    public async Task A_client_that_leaves_aborts_its_load_and_the_next_in_line_starts_it_again()
    {
        WatchedClock clock = new();
        await using var emulator = await StartAsync(clock);
        using CancellationTokenSource leaves = new();

        var first = Http.PostAsync(emulator, "/api/generate", Ask, leaves.Token);
        await clock.PassAsync(s_load / 2, Ended);
        var second = Http.PostAsync(emulator, "/api/generate", Ask);
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);

        await clock.PassAsync(s_load / 2, Ended);
        second.IsCompleted.ShouldBeFalse();
        clock.Advance(s_load / 2);
        using var response = await second;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Requests_beyond_the_load_queue_get_503_at_once()
    {
        WatchedClock clock = new();
        await using var emulator = await StartAsync(clock, o => o.MaxQueue = 2);

        var asked = Enumerable.Range(0, 8).Select(_ => Http.PostAsync(emulator, "/api/generate", Ask)).ToList();
        for (var refused = 0; refused < 5; refused++)
        {
            var answered = await Task.WhenAny(asked);
            asked.Remove(answered);
            (await answered).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        await clock.PassAsync(s_load, Ended);
        foreach (var response in await Task.WhenAll(asked))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Requests_for_a_resident_model_wait_without_limit()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { MaxQueue = 1, Models = [new() { Name = "a" }] },
            Ended
        );
        await Http.GenerateAsync(emulator, Ask);

        emulator.Hang();
        var asked = Enumerable.Range(0, 12).Select(_ => Http.PostAsync(emulator, "/api/generate", Ask)).ToList();
        emulator.Resume();

        foreach (var response in await Task.WhenAll(asked))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_load_that_takes_too_long_is_500()
    {
        WatchedClock clock = new();
        await using var emulator = await StartAsync(clock, o => o.LoadTimeout = TimeSpan.FromSeconds(2));

        var asked = Http.LinesAsync(emulator, "/api/generate", Ask);
        await clock.PassAsync(TimeSpan.FromSeconds(2), Ended);

        (await asked).Single().GetRawText().ShouldBe("""{"error":"timed out waiting for llama-server to start - "}""");
    }

    [Fact]
    public async Task A_runner_that_dies_while_loading_is_500()
    {
        WatchedClock clock = new();
        await using var emulator = await StartAsync(clock);

        var asked = Http.LinesAsync(emulator, "/api/generate", Ask);
        await clock.PassAsync(TimeSpan.Zero, Ended);
        emulator.CrashRunners();

        (await asked)
            .Single()
            .GetRawText()
            .ShouldBe("""{"error":"llama-server process no longer running: unknown "}""");
    }

    [Fact]
    public async Task A_model_leaves_when_its_keep_alive_is_over()
    {
        WatchedClock clock = new();
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { TimeProvider = clock, Models = [new() { Name = "a" }] },
            Ended
        );
        await Http.GenerateAsync(emulator, Ask);

        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        (await Http.ResidentAsync(emulator)).ShouldBe(["a:latest"]);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await Http.ResidentAsync(emulator)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_requested_keep_alive_sticks_to_the_model()
    {
        WatchedClock clock = new();
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { TimeProvider = clock, Models = [new() { Name = "a" }] },
            Ended
        );
        await Http.LinesAsync(emulator, "/api/generate", """{"model":"a","keep_alive":-1}""");
        await Http.GenerateAsync(emulator, Ask);

        clock.Advance(TimeSpan.FromDays(365));

        var resident = (await Http.GetAsync(emulator, "/api/ps")).GetProperty("models")[0];
        resident.GetProperty("expires_at").GetDateTimeOffset().Year.ShouldBeGreaterThan(2200);
    }

    [Fact]
    public async Task Unloading_during_a_stream_lets_it_finish_and_then_frees_the_model()
    {
        await using var emulator = await OllamaEmulator.StartAsync(new() { Models = [new() { Name = "a" }] }, Ended);
        emulator.Arm(new StreamFault(StreamFaultKind.Hang, 1));
        using var stream = await Http.PostAsync(emulator, "/api/generate", Ask);

        // The hung server answers nobody, so let it go on only once the unload is on its way.
        var unload = Http.LinesAsync(emulator, "/api/generate", """{"model":"a","keep_alive":0}""");
        emulator.Resume();

        (await unload).Single().GetProperty("done_reason").GetString().ShouldBe("unload");
        (await stream.Content.ReadAsStringAsync(Ended)).ShouldContain("\"done\":true");
        (await Http.ResidentAsync(emulator)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_a_model_lets_its_stream_finish()
    {
        await using var emulator = await OllamaEmulator.StartAsync(new() { Models = [new() { Name = "a" }] }, Ended);
        emulator.Arm(new StreamFault(StreamFaultKind.Hang, 1));
        using var stream = await Http.PostAsync(emulator, "/api/generate", Ask);
        using HttpClient http = new();
        using HttpRequestMessage delete = new(HttpMethod.Delete, new Uri(emulator.Address, "/api/delete"))
        {
            Content = new StringContent("""{"model":"a"}"""),
        };

        var deleted = http.SendAsync(delete, Ended);
        emulator.Resume();

        (await deleted).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await stream.Content.ReadAsStringAsync(Ended)).ShouldContain("\"done\":true");
        using var next = await Http.PostAsync(emulator, "/api/generate", Ask);
        next.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_context_length_reloads_the_model()
    {
        await using var emulator = await OllamaEmulator.StartAsync(new() { Models = [new() { Name = "a" }] }, Ended);
        await Http.GenerateAsync(emulator, Ask);

        await Http.GenerateAsync(
            emulator,
            """{"model":"a","prompt":" ba","options":{"num_ctx":2048,"num_predict":1}}"""
        );

        var resident = (await Http.GetAsync(emulator, "/api/ps")).GetProperty("models");
        resident.GetArrayLength().ShouldBe(1);
        resident[0].GetProperty("context_length").GetInt32().ShouldBe(2048);
    }

    [Fact]
    public async Task A_model_too_large_for_the_GPU_is_partly_in_system_memory()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { GpuMemoryBytes = 4_000_000_000, Models = [new() { Name = "a" }] },
            Ended
        );
        await Http.GenerateAsync(emulator, Ask);

        var resident = (await Http.GetAsync(emulator, "/api/ps")).GetProperty("models")[0];
        resident.GetProperty("size_vram").GetInt64().ShouldBe(4_000_000_000);
        resident.GetProperty("size").GetInt64().ShouldBeGreaterThan(4_900_000_000);
    }

    private static Task<OllamaEmulator> StartAsync(WatchedClock clock, Action<OllamaEmulatorOptions>? configure = null)
    {
        OllamaEmulatorOptions options = new()
        {
            TimeProvider = clock,
            LoadTime = s_load,
            Models = [new() { Name = "a" }],
        };
        configure?.Invoke(options);
        return OllamaEmulator.StartAsync(options, Ended);
    }
}
