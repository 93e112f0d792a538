using System.Text;
using System.Text.Json;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>OpenAI's and Anthropic's APIs, recorded at a real Ollama server: statuses, framing, errors, fields, and how their streams end.</summary>
public sealed class OllamaEmulatorCompatTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    /// <summary>Recorded exchanges that the tests here replay.</summary>
    internal static bool Replays(Recording recording) =>
        recording.Path.StartsWith("/v1/", StringComparison.Ordinal)
        && (Plain(recording) || Broken(recording) || Overflow(recording) || Left(recording));

    [Fact]
    public async Task Answers_as_the_real_server_did()
    {
        List<string> differences = [];
        var replayed = 0;
        foreach (var recording in V1().Where(Plain))
        {
            var options = TinyModels.Options();
            if (recording.Name == "v1-models")
            {
                // The recorded server had so many that the list came in chunks.
                options.Models =
                [
                    .. options.Models.SelectMany(m => Enumerable.Range(0, 4).Select(n => m with { Name = m.Name + n })),
                ];
            }

            await using var emulator = await OllamaEmulator.StartAsync(options, Ended);
            differences.AddRange(await DifferencesAsync(emulator, recording));
            replayed++;
        }

        differences.ShouldBeEmpty();
        replayed.ShouldBeGreaterThan(50);
    }

    /// <summary>No error, no terminator, a clean end: only OpenAI's chat and completions show a chunk of no model.</summary>
    [Fact]
    public async Task A_runner_that_dies_mid_answer_looks_like_the_recorded_clean_end()
    {
        List<string> differences = [];
        foreach (var recording in V1().Where(r => Broken(r) && r.ClosedBy == "complete"))
        {
            await using var emulator = await OllamaEmulator.StartAsync(TinyModels.Options(), Ended);
            emulator.Arm(new StreamFault(StreamFaultKind.RunnerCrash, 7));

            using var response = await OllamaEmulatorRecordingTests.SendAsync(emulator, recording);
            var text = await response.Content.ReadAsStringAsync(Ended);

            text.ShouldNotContain("[DONE]");
            text.ShouldNotContain("message_stop");
            text.ShouldNotContain("response.completed");
            Events(text).ShouldBeInRange(8, 11);
            differences.AddRange(
                OllamaEmulatorRecordingTests
                    .Differences(recording, response, text)
                    .Append(
                        Ends(recording.ResponseText) == Ends(text) ? "" : $"{recording.Name} ends with {Ends(text)}"
                    )
                    .Where(d => d.Length > 0)
            );
        }

        differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_killed_server_cuts_an_OpenAI_stream_at_the_end_of_an_event()
    {
        var recording = Recordings.Get("server-sigkill-v1-chat-stream");
        await using var emulator = await OllamaEmulator.StartAsync(TinyModels.Options(), Ended);
        emulator.Arm(new StreamFault(StreamFaultKind.Kill, 7));

        using var response = await Http.PostAsync(emulator, recording.Path, recording.Body);
        var received = await UntilCutAsync(response);

        Events(received).ShouldBe(7);
        received.ShouldEndWith("\n\n");
        OllamaEmulatorRecordingTests
            .Shapes(received)
            .ShouldBe(OllamaEmulatorRecordingTests.Shapes(recording.ResponseText));
    }

    [Fact]
    public async Task A_full_load_queue_is_refused_in_the_words_of_each_API()
    {
        await using var emulator = await OllamaEmulatorRecordingTests.FullAsync();
        List<string> differences = [];
        foreach (var recording in V1().Where(Overflow))
        {
            differences.AddRange(await DifferencesAsync(emulator, recording));
        }

        differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_that_its_client_left_had_begun_as_recorded()
    {
        var recording = Recordings.Get("v1-chat-max-tokens-absent-tiny");
        await using var emulator = await OllamaEmulator.StartAsync(TinyModels.Options(), Ended);

        using var response = await OllamaEmulatorRecordingTests.SendAsync(emulator, recording);
        var text = await response.Content.ReadAsStringAsync(Ended);

        OllamaEmulatorRecordingTests
            .Shapes(text)
            .ShouldStartWith(OllamaEmulatorRecordingTests.Shapes(recording.ResponseText));
    }

    [Fact]
    public async Task OpenAIs_newer_name_of_the_limit_is_not_known()
    {
        // The recorded model never stops by itself, so its client had left before there was an answer; ours does.
        var recording = Recordings.Get("v1-chat-max-completion-tokens");
        recording.Status.ShouldBeNull();
        await using var emulator = await OllamaEmulator.StartAsync(TinyModels.Options(), Ended);

        using var response = await OllamaEmulatorRecordingTests.SendAsync(emulator, recording);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(Ended));

        answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(4);
    }

    [Fact]
    public async Task All_APIs_give_the_same_text_and_count_the_same_tokens()
    {
        await using var emulator = await OllamaEmulator.StartAsync(TinyModels.Options(), Ended);
        const string Options = "\"temperature\":0,\"max_tokens\":20";
        const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\" ba\"}]";

        var chat = await PostAsync("chat/completions", $"{{\"model\":\"tiny\",{Messages},{Options}}}");
        var messages = await PostAsync("messages", $"{{\"model\":\"tiny\",{Messages},{Options}}}");
        var completion = await PostAsync("completions", $"{{\"model\":\"tiny\",\"prompt\":\" ba\",{Options}}}");
        var response = await PostAsync(
            "responses",
            "{\"model\":\"tiny\",\"input\":\" ba\",\"temperature\":0,\"max_output_tokens\":20}"
        );

        var text = chat.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        text!.Split(' ').Length.ShouldBe(21);
        messages.GetProperty("content")[0].GetProperty("text").GetString().ShouldBe(text);
        completion.GetProperty("choices")[0].GetProperty("text").GetString().ShouldBe(text);
        response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe(text);
        chat.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(20);
        messages.GetProperty("usage").GetProperty("output_tokens").GetInt32().ShouldBe(20);

        async Task<JsonElement> PostAsync(string path, string body)
        {
            using var answer = await Http.PostAsync(emulator, "/v1/" + path, body);
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ended));
        }
    }

    private static IEnumerable<Recording> V1() =>
        Recordings.All.Where(r => r.Path.StartsWith("/v1/", StringComparison.Ordinal));

    private static bool Plain(Recording r) =>
        r is { Status: not null, ClosedBy: "complete" } && !Broken(r) && !Overflow(r);

    private static bool Broken(Recording r) =>
        r.Name.StartsWith("runner-killed", StringComparison.Ordinal) || r.Name == "server-sigkill-v1-chat-stream";

    private static bool Overflow(Recording r) => r.Name.StartsWith("max-queue", StringComparison.Ordinal);

    private static bool Left(Recording r) => r.Name.StartsWith("v1-chat-max-", StringComparison.Ordinal);

    private static async Task<IEnumerable<string>> DifferencesAsync(OllamaEmulator emulator, Recording recording)
    {
        using var response = await OllamaEmulatorRecordingTests.SendAsync(emulator, recording);
        var text = await response.Content.ReadAsStringAsync(Ended);
        return
        [
            .. OllamaEmulatorRecordingTests
                .Differences(recording, response, text)
                .Select(d => $"{recording.Name}: {d}"),
        ];
    }

    private static int Events(string stream) => stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>The shape of a stream's last event.</summary>
    private static string Ends(string stream) =>
        OllamaEmulatorRecordingTests.Shapes(stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1]);

    private static async Task<string> UntilCutAsync(HttpResponseMessage response)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(Ended);
        using MemoryStream received = new();
        await Should.ThrowAsync<HttpIOException>(stream.CopyToAsync(received, Ended));
        return Encoding.UTF8.GetString(received.ToArray());
    }
}
