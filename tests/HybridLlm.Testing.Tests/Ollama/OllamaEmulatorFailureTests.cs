using System.Net;
using System.Net.Sockets;
using System.Text;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>The ways a stream ends short, byte by byte on the wire.</summary>
public sealed class OllamaEmulatorFailureTests
{
    private const string Ask = """{"model":"llama3.1:8b","prompt":" ba","options":{"temperature":0}}""";
    private const string RunnerDied =
        """{"error":"an error was encountered while running the model: unexpected EOF"}""";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StreamFaultKind.Cut)]
    [InlineData(StreamFaultKind.Kill)]
    public async Task A_cut_ends_the_connection_at_a_line_end_without_the_terminal_chunk(StreamFaultKind kind)
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        emulator.Arm(new StreamFault(kind, 5));

        var received = await RawAsync(emulator, Ask);

        received.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        received.ShouldContain("Transfer-Encoding: chunked");
        received.Split("\"done\":false").Length.ShouldBe(6);
        received.ShouldEndWith("}\n\r\n");
        received.ShouldNotContain("\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task A_killed_server_accepts_no_more_connections()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        await emulator.KillAsync();

        await Should.ThrowAsync<HttpRequestException>(Http.PostAsync(emulator, "/api/generate", Ask));
    }

    [Fact]
    public async Task A_request_without_stream_gets_no_byte_from_a_killed_server()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        emulator.Arm(new StreamFault(StreamFaultKind.Kill, 5));

        (await RawAsync(emulator, Ask.Replace("{\"model\"", "{\"stream\":false,\"model\""))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_crashed_runner_ends_its_stream_with_an_error_line_and_the_next_request_is_served()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        emulator.Arm(new StreamFault(StreamFaultKind.RunnerCrash, 3));

        var lines = await Http.LinesAsync(emulator, "/api/generate", Ask);
        lines.Length.ShouldBe(4);
        lines[^1].GetRawText().ShouldBe(RunnerDied);

        (await Http.LinesAsync(emulator, "/api/generate", Ask))[^1].GetProperty("done").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_crashed_runner_is_500_for_a_request_without_stream()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        emulator.Arm(new StreamFault(StreamFaultKind.RunnerCrash, 3));

        using var response = await Http.PostAsync(
            emulator,
            "/api/generate",
            Ask.Replace("{\"model\"", "{\"stream\":false,\"model\"")
        );

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync(Ended)).ShouldBe(RunnerDied);
    }

    [Fact]
    public async Task The_repeat_guard_ends_a_stream_cleanly_after_31_equal_tokens_and_says_nothing()
    {
        await using var emulator = await OllamaEmulator.StartAsync(TinyModels.Options(), Ended);

        var lines = await Http.LinesAsync(emulator, "/api/chat", Recordings.Get("loop-guard-chat").Body);

        lines.Length.ShouldBe(
            Recordings.Get("loop-guard-chat").ResponseText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
        );
        lines.ShouldAllBe(l => !l.GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task A_hung_server_sends_nothing_more_until_it_goes_on()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        emulator.Arm(new StreamFault(StreamFaultKind.Hang, 1));

        using var response = await Http.PostAsync(emulator, "/api/generate", Ask);
        var rest = response.Content.ReadAsStringAsync(Ended);
        emulator.InFlight.ShouldBe(1);
        rest.IsCompleted.ShouldBeFalse();

        emulator.Resume();
        (await rest).ShouldContain("\"done\":true");
    }

    [Fact]
    public async Task A_client_that_leaves_frees_its_place_for_the_next()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { Models = [new() { Name = "llama3.1:8b", Loops = true }], TokenInterval = TimeSpan.FromDays(1) },
            Ended
        );
        using (await Http.PostAsync(emulator, "/api/generate", Ask))
        {
            emulator.InFlight.ShouldBe(1);
        }

        using var next = await Http.PostAsync(emulator, "/api/generate", Ask);
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Everything the server sends on one connection, up to its orderly end; a reset would throw.</summary>
    private static async Task<string> RawAsync(OllamaEmulator emulator, string body)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, emulator.Address.Port, Ended);
        var stream = client.GetStream();
        var request = $"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Ended);
        using MemoryStream received = new();
        await stream.CopyToAsync(received, Ended);
        return Encoding.UTF8.GetString(received.ToArray());
    }
}
