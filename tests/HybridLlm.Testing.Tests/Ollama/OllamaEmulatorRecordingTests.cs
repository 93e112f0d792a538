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
        "error-method-get-v1-messages", // speaks /api only
        "error-method-post-v1-models",
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
            .GroupBy(r => r.Name.Split('/')[0])
            .Where(s => s_sequences.Any(p => s.Key.StartsWith(p, StringComparison.Ordinal)))
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

    private static IEnumerable<string> RenderedDifference(string was, string now)
    {
        var (before, after) = (Rendered(was), Rendered(now));
        return before == after ? [] : [$"rendered was {before}\n    is {after}"];

        static string? Rendered(string body) =>
            body.Contains("\"_debug_info\"", StringComparison.Ordinal)
                ? JsonElement.Parse(body).GetProperty("_debug_info").GetProperty("rendered_template").GetString()
                : null;
    }

    private static IEnumerable<string> Differences(Recording recording, HttpResponseMessage response, string text)
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

    internal static async Task<HttpResponseMessage> SendAsync(OllamaEmulator emulator, Recording recording)
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

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The distinct kinds of line, each as its fields in their order; texts and numbers are the model's own.</summary>
    private static string Shapes(string body) =>
        body.StartsWith('{')
            ? string.Join(
                '\n',
                body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(l => Shape(JsonElement.Parse(l)))
                    .Distinct()
            )
            : body;

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

    // How many tokens a text is depends on the model.
    [GeneratedRegex(@"\d+ tokens|n_prompt_tokens\\"":\d+")]
    private static partial Regex Digits();

    private static bool IsInScope(Recording recording) =>
        recording.Status is not null
        && recording.ClosedBy == "complete"
        && !recording.Path.StartsWith("/v1/", StringComparison.Ordinal)
        && !LeftForLater().IsMatch(recording.Name)
        && !s_left.Contains(recording.Name);
}
