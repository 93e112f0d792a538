using System.Net;
using HybridLlm.Testing.Ollama;
using HybridLlm.Testing.Tests.Ollama;

namespace HybridLlm.Ollama.Tests.Client;

/// <summary>Every way an answer can fail surfaces as what it is.</summary>
public sealed class OllamaFailureTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crashed_runner_is_an_error_line()
    {
        var (pieces, failure) = await FailAsync<OllamaErrorLineException>(
            new StreamFault(StreamFaultKind.RunnerCrash, 7)
        );

        pieces.ShouldBe(7);
        failure.LinesRead.ShouldBe(7);
        failure.Error.ShouldBe("an error was encountered while running the model: unexpected EOF");
        failure.Remedy.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(StreamFaultKind.Cut)]
    [InlineData(StreamFaultKind.Kill)]
    public async Task A_lost_connection_is_a_cut(StreamFaultKind kind)
    {
        var (pieces, failure) = await FailAsync<OllamaCutException>(new StreamFault(kind, 7));

        pieces.ShouldBe(7);
        failure.LinesRead.ShouldBe(7);
    }

    [Fact]
    public async Task A_connection_lost_before_the_first_byte_is_a_cut_too() =>
        (await FailAsync<OllamaCutException>(new StreamFault(StreamFaultKind.Kill, 0))).Failure.LinesRead.ShouldBe(0);

    [Fact]
    public async Task A_clean_end_without_done_is_unfinished() =>
        (
            await FailAsync<OllamaUnfinishedException>(new StreamFault(StreamFaultKind.EndWithoutDone, 7))
        ).Failure.Repeating.ShouldBeFalse();

    [Fact]
    public async Task The_repeat_guard_is_told_apart()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { Models = [new() { Name = "llama3.1:8b", Loops = true }] },
            Ended
        );
        using OllamaClient client = new(emulator.Address);

        var failure = await Should.ThrowAsync<OllamaUnfinishedException>(
            client.ChatAsync(OllamaClientTests.Hello(), Ended).ToListAsync(Ended).AsTask()
        );

        failure.Repeating.ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable()
    {
        var emulator = await OllamaEmulator.StartAsync(null, Ended);
        await emulator.DisposeAsync();
        using OllamaClient client = new(emulator.Address);

        var failure = await Should.ThrowAsync<OllamaUnreachableException>(client.GetVersionAsync(Ended));

        failure.Address.ShouldBe(emulator.Address);
    }

    [Fact]
    public async Task An_unknown_model_is_404_in_the_servers_words()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);

        var failure = await Should.ThrowAsync<OllamaResponseException>(client.ShowAsync("nope", Ended));

        failure.Status.ShouldBe(HttpStatusCode.NotFound);
        failure.Error.ShouldBe("model 'nope:latest' not found");
        failure.Remedy.ShouldStartWith("Pull the model");
    }

    [Theory]
    [InlineData("Retry-After: 30\r\n", 30)]
    [InlineData("Date: Tue, 24 Nov 2026 10:00:00 GMT\r\nRetry-After: Tue, 24 Nov 2026 10:01:30 GMT\r\n", 90)]
    [InlineData("", null)]
    public async Task Words_and_waiting_time_of_a_refusal_are_kept(string headers, int? seconds)
    {
        using var server = RawServer.Answering(
            $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\n{headers}Content-Length: 13\r\n\r\nwaking up ...\n"
        );
        using OllamaClient client = new(server.Address);

        var failure = await Should.ThrowAsync<OllamaResponseException>(
            client.ChatAsync(OllamaClientTests.Hello(), Ended).ToListAsync(Ended).AsTask()
        );

        failure.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        failure.Error.ShouldBe("waking up ...");
        failure.RetryAfter.ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("[1,2]")]
    [InlineData("{\"message\":{\"content\":5}}")]
    [InlineData("{\"message\":\"x\"}")]
    [InlineData("{\"response\":\"a\",\"done\":fal")]
    [InlineData("{\"done\":1}")]
    [InlineData("{\"eval_count\":\"many\"}")]
    public async Task A_line_that_is_not_Ollamas_is_malformed(string line)
    {
        using var server = RawServer.Streaming("{\"response\":\"a\",\"done\":false}\n" + line + "\n");
        using OllamaClient client = new(server.Address);

        var failure = await Should.ThrowAsync<OllamaMalformedException>(
            client.ChatAsync(OllamaClientTests.Hello(), Ended).ToListAsync(Ended).AsTask()
        );

        failure.LinesRead.ShouldBe(1);
    }

    [Fact]
    public async Task A_line_without_end_is_given_up()
    {
        using var server = RawServer.Streaming(new string('x', NdjsonStream.MaxLineBytes + 100_000));
        using OllamaClient client = new(server.Address);

        (
            await Should.ThrowAsync<OllamaMalformedException>(
                client.ChatAsync(OllamaClientTests.Hello(), Ended).ToListAsync(Ended).AsTask()
            )
        ).Message.ShouldContain("longer than");
    }

    [Fact]
    public async Task Cancelling_before_the_model_is_loaded_throws_and_frees_the_server()
    {
        WatchedClock clock = new();
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { TimeProvider = clock, LoadTime = TimeSpan.FromHours(1) },
            Ended
        );
        using OllamaClient client = new(emulator.Address);
        using CancellationTokenSource cancel = new();

        var answer = client.ChatAsync(OllamaClientTests.Hello(), cancel.Token).ToListAsync(Ended).AsTask();
        await clock.PassAsync(TimeSpan.FromMinutes(30), Ended);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(answer);
        await IdleAsync(emulator);
    }

    [Fact]
    public async Task Cancelling_while_the_server_is_silent_mid_answer_throws_and_frees_the_server()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        using CancellationTokenSource cancel = new();
        emulator.Arm(new StreamFault(StreamFaultKind.Hang, 3));

        await using var answer = client.ChatAsync(OllamaClientTests.Hello(), cancel.Token).GetAsyncEnumerator(Ended);
        for (var i = 0; i < 3; i++)
        {
            (await answer.MoveNextAsync()).ShouldBeTrue();
        }

        var next = answer.MoveNextAsync();
        next.IsCompleted.ShouldBeFalse();
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(next.AsTask());
        await IdleAsync(emulator);
    }

    [Fact]
    public async Task Leaving_an_answer_early_stops_the_server()
    {
        WatchedClock clock = new();
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { TimeProvider = clock, TokenInterval = TimeSpan.FromHours(1) },
            Ended
        );
        using OllamaClient client = new(emulator.Address);

        (await client.ChatAsync(OllamaClientTests.Hello(), Ended).FirstAsync(Ended)).Text.ShouldNotBeEmpty();

        await IdleAsync(emulator);
    }

    [Fact]
    public async Task A_load_of_ten_minutes_is_waited_for()
    {
        WatchedClock clock = new();
        await using var emulator = await OllamaEmulator.StartAsync(
            new()
            {
                TimeProvider = clock,
                LoadTime = TimeSpan.FromMinutes(10),
                LoadTimeout = TimeSpan.FromHours(1),
            },
            Ended
        );
        using OllamaClient client = new(emulator.Address);

        var answer = client.ChatAsync(OllamaClientTests.Hello(), Ended).LastAsync(Ended).AsTask();
        await clock.PassAsync(TimeSpan.FromMinutes(10), Ended);

        (await answer).Usage!.Load.ShouldBe(TimeSpan.FromMinutes(10));
    }

    /// <summary>Waits until the server has noticed that its client left; the test's own time-out is the limit.</summary>
    private static async Task IdleAsync(OllamaEmulator emulator)
    {
        while (emulator.InFlight > 0)
        {
            await Task.Yield();
            Ended.ThrowIfCancellationRequested();
        }
    }

    private static async Task<(int Pieces, T Failure)> FailAsync<T>(StreamFault fault)
        where T : OllamaException
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        emulator.Arm(fault);
        var pieces = 0;
        var failure = await Should.ThrowAsync<T>(async () =>
        {
            await foreach (var chunk in client.ChatAsync(OllamaClientTests.Hello(), Ended))
            {
                pieces++;
            }
        });
        return (pieces, failure);
    }
}
