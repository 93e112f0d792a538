using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>The emulator answers what a real server was asked with the same status, headers, framing, errors and fields.</summary>
public sealed partial class OllamaEmulatorRecordingTests
{
    /// <summary>Cases about what the emulator does not claim to be, or that only show after events which other tests play.</summary>
    private static readonly string[] s_left =
    [
        "cors-preflight", // no browser asks
        "error-chat-unknown-renderer", // of a model made with create
        "show-made",
        "delete", // of a model copied before
        "pull-delete",
        "pull-show-name",
        "tags-empty",
        "load-timeout", // of a slow load
        "ps-loaded", // after a load
        "parallel-2-ps",
        "runner-killed-chat-nostream", // of a crash
        "runner-killed-chat-stream",
        "runner-killed-generate-nostream",
        "runner-killed-generate-stream",
        "runner-killed-while-loading",
        "options-num-predict-absent-ctx64", // of an answer longer than ours, so in chunks
        "options-num-predict-minus1-ctx64",
        "options-small-ctx-noshift",
        "format-json", // the tiny model ran into the repeat guard
    ];

    /// <summary>Sequences in which no exchange overlaps another, no time has to pass and no process is killed; other tests play those.</summary>
    private static readonly string[] s_sequences =
    [
        "generate-context",
        "generate-keep-alive-0-with-prompt",
        "keep-alive-10m",
        "keep-alive-1h30m",
        "keep-alive-minus",
        "keep-alive-number",
        "keep-alive-string",
        "options-num-ctx-reload",
        "options-seed-42",
        "render-f-llama3-instruct",
        "render-r-",
        "render-tiny",
        "unload-chat",
        "unload-generate",
    ];

    /// <summary>Recorded exchanges that the tests here replay.</summary>
    internal static bool Replays(Recording recording) =>
        (recording.Name.Contains('/') ? IsSequence(recording.Name) : IsInScope(recording))
        || IsPart(recording)
        || IsOverflow(recording);

    /// <summary>What another model or request would show: a load that fails, a guard, other templates, HTTP 1.0.</summary>
    private static readonly string[] s_others =
    [
        "load-timeout",
        "runner-killed-while-loading",
        "error-chat-unknown-renderer",
        "options-num-predict-",
        "options-small-ctx-noshift",
        "format-json",
        "e2e-migrate-tiny-last-runner/01",
        "e2e-migrate-tiny-last-runner/04",
        "delete-during-stream",
        "render-f-",
        "generate-http10",
    ];

    [Fact]
    public async Task Answers_as_the_real_server_did()
    {
        List<string> differences = [];
        foreach (var recording in Recordings.All.Where(r => IsInScope(r) && !r.Name.Contains('/')))
        {
            await using var emulator = await OllamaEmulator.StartAsync(
                TinyModels.Options(),
                TestContext.Current.CancellationToken
            );
            using var response = await SendAsync(emulator, recording);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            differences.AddRange(Differences(recording, response, text).Select(d => $"{recording.Name}: {d}"));
        }

        differences.ShouldBeEmpty();
    }

    /// <summary>Several exchanges after each other, on a server that remembers: loads, unloads, residents, contexts, renderings.</summary>
    [Fact]
    public async Task Sequences_are_answered_as_the_real_server_did()
    {
        List<string> differences = [];
        var sequences = Recordings
            .All.Where(r => r.Name.Contains('/'))
            .Where(r => IsSequence(r.Name))
            .GroupBy(r => r.Name.Split('/')[0])
            .ToList();
        foreach (var sequence in sequences)
        {
            await using var emulator = await OllamaEmulator.StartAsync(
                TinyModels.Options(),
                TestContext.Current.CancellationToken
            );
            foreach (var recording in sequence)
            {
                using var response = await SendAsync(emulator, recording);
                var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                differences.AddRange(
                    Differences(recording, response, text)
                        .Concat(RenderedDifference(recording.ResponseText, text))
                        .Select(d => $"{recording.Name}: {d}")
                );
            }
        }

        differences.ShouldBeEmpty();
        sequences.Count.ShouldBeGreaterThan(15);
    }

    /// <summary>Answers from recordings in which several overlap or a process dies, each by itself: as it began, and as it ended.</summary>
    [Fact]
    public async Task Parts_of_larger_events_have_the_recorded_shape()
    {
        List<string> differences = [];
        var parts = Recordings.All.Where(IsPart).ToList();
        foreach (var recording in parts)
        {
            await using var emulator = await OllamaEmulator.StartAsync(
                TinyModels.Options(),
                TestContext.Current.CancellationToken
            );
            if (Fault(recording) is { } fault)
            {
                emulator.Arm(new StreamFault(fault, 5));
            }

            using var response = await SendAsync(emulator, recording, HttpCompletionOption.ResponseHeadersRead);
            var text = await ReadAsync(response, isCut: recording.ClosedBy == "fin");
            // Of an answer that its client left there is only the beginning.
            var was = recording.ClosedBy == "client_disconnect" ? Shapes(recording.ResponseText) : null;
            differences.AddRange(
                Differences(recording, response, text)
                    .Where(d => was is null || !d.StartsWith("shape", StringComparison.Ordinal))
                    .Concat(was is null || Shapes(text).StartsWith(was, StringComparison.Ordinal) ? [] : ["beginning"])
                    .Select(d => $"{recording.Name}: {d}")
            );
        }

        differences.ShouldBeEmpty();
        parts.Count.ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task A_full_load_queue_is_refused_in_the_recorded_words()
    {
        await using var emulator = await FullAsync();
        List<string> differences = [];
        foreach (var recording in Recordings.All.Where(IsOverflow))
        {
            using var response = await SendAsync(emulator, recording);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            differences.AddRange(Differences(recording, response, text).Select(d => $"{recording.Name}: {d}"));
        }

        differences.ShouldBeEmpty();
    }

    /// <summary>A server one of whose models is being loaded for ever, with as many waiting for that as may.</summary>
    internal static async Task<OllamaEmulator> FullAsync()
    {
        var options = TinyModels.Options();
        (options.TimeProvider, options.LoadTime, options.MaxQueue) = (new WatchedClock(), TimeSpan.FromHours(1), 1);
        var emulator = await OllamaEmulator.StartAsync(options, TestContext.Current.CancellationToken);
        // One loads and one may wait; the third to be answered shows that both places are taken.
        var waiting = Enumerable
            .Range(0, 3)
            .Select(_ => Http.PostAsync(emulator, "/api/generate", """{"model":"tiny","prompt":" ba"}"""))
            .ToList();
        using var refused = await await Task.WhenAny(waiting);
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        return emulator;
    }

    private static bool IsPart(Recording recording) =>
        recording is { Method: "POST", Path: "/api/chat" or "/api/generate", Status: 200 or 500 }
        && !(recording.Name.Contains('/') ? IsSequence(recording.Name) : IsInScope(recording))
        && !s_others.Any(o => recording.Name.StartsWith(o, StringComparison.Ordinal));

    private static bool IsOverflow(Recording recording) =>
        recording is { Status: 503 } && recording.Path.StartsWith("/api/", StringComparison.Ordinal);

    private static StreamFaultKind? Fault(Recording recording) =>
        recording.ClosedBy == "fin" ? StreamFaultKind.Cut
        : recording.ResponseText.Contains("unexpected EOF", StringComparison.Ordinal) ? StreamFaultKind.RunnerCrash
        : null;

    private static async Task<string> ReadAsync(HttpResponseMessage response, bool isCut)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using MemoryStream received = new();
        var all = stream.CopyToAsync(received, TestContext.Current.CancellationToken);
        await (isCut ? Should.ThrowAsync<HttpIOException>(all) : all);
        return Encoding.UTF8.GetString(received.ToArray());
    }

    private static bool IsSequence(string name) => s_sequences.Any(p => name.StartsWith(p, StringComparison.Ordinal));

    private static IEnumerable<string> RenderedDifference(string was, string now)
    {
        var (before, after) = (Rendered(was), Rendered(now));
        return before == after ? [] : [$"rendered was {before}\n    is {after}"];

        static string? Rendered(string body) =>
            body.Contains("\"_debug_info\"", StringComparison.Ordinal)
                ? JsonElement.Parse(body).GetProperty("_debug_info").GetProperty("rendered_template").GetString()
                : null;
    }

    internal static IEnumerable<string> Differences(Recording recording, HttpResponseMessage response, string text)
    {
        (string What, string? Was, string? Is)[] compared =
        [
            ("status", $"{recording.Status}", $"{(int)response.StatusCode}"),
            (
                "type",
                recording.ResponseHeaders.GetValueOrDefault("Content-Type"),
                response.Content.Headers.ContentType?.ToString()
            ),
            ("chunked", $"{recording.Framing == "chunked"}", $"{response.Headers.TransferEncodingChunked is true}"),
            recording.Status >= 400
                ? ("error", Digits().Replace(recording.ResponseText, "9"), Digits().Replace(text, "9"))
                : ("shape", Shapes(recording.ResponseText), Shapes(text)),
        ];
        return compared.Where(c => c.Was != c.Is).Select(c => $"{c.What} was {c.Was}\n    is {c.Is}");
    }

    internal static async Task<HttpResponseMessage> SendAsync(
        OllamaEmulator emulator,
        Recording recording,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead
    )
    {
        using HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using HttpRequestMessage request = new(
            new HttpMethod(recording.Method),
            new Uri(emulator.Address + recording.Path[1..])
        );
        if (recording.Body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(recording.Body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in recording.Headers.Where(h => h.Name is "Host" or "Origin"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, completion, TestContext.Current.CancellationToken);
    }

    /// <summary>The distinct kinds of line, each as its fields in their order; texts and numbers are the model's own.</summary>
    internal static string Shapes(string body) =>
        body.StartsWith('{')
        || body.StartsWith("data: ", StringComparison.Ordinal)
        || body.StartsWith("event: ", StringComparison.Ordinal)
            ? string.Join('\n', body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(LineShape).Distinct())
            : body;

    private static string LineShape(string line)
    {
        const string Data = "data: ";
        var json = line.StartsWith(Data, StringComparison.Ordinal) ? line[Data.Length..] : line;
        return json.StartsWith('{') ? Shape(JsonElement.Parse(json)) : line;
    }

    private static string Shape(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(Field)) + "}",
            JsonValueKind.Array => "[" + string.Join('|', element.EnumerateArray().Select(Shape).Distinct()) + "]",
            JsonValueKind.True or JsonValueKind.False => element.ToString(),
            var kind => kind.ToString(),
        };

    // The keys of a GGUF header are the model's; what matters is that there are some.
    private static string Field(JsonProperty field) =>
        field.Name is "model_info" ? field.Name
        // Whether an answer ends by itself or at the limit is the model's, too.
        : field.Name is "done_reason" ? $"{field.Name}={field.Value.ToString().Replace("length", "stop")}"
        : field.Name is "status" ? $"{field.Name}={field.Value}"
        : $"{field.Name}:{Shape(field.Value)}";

    [GeneratedRegex(
        "(^|error-|-api-)(push|blob|create-from|create-bad|create-thinking|create-unknown)-?|^pull-(bad|digest|insecure|nostream|progress|registry|unknown)"
    )]
    private static partial Regex LeftForLater();

    // How many tokens a text is depends on the model, and a request's number on nothing.
    [GeneratedRegex(@"\d+ tokens|n_prompt_tokens\\"":\d+|req_[0-9a-f]+")]
    private static partial Regex Digits();

    private static bool IsInScope(Recording recording) =>
        recording.Status is not null
        && recording.ClosedBy == "complete"
        && !recording.Path.StartsWith("/v1/", StringComparison.Ordinal)
        && !LeftForLater().IsMatch(recording.Name)
        && !s_left.Contains(recording.Name);
}
