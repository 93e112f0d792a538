using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Ollama.Models;
using HybridLlm.Testing.Tests.Ollama;
using OllamaSharp.Models;

namespace HybridLlm.Ollama.Tests.Client;

/// <summary>
/// Every native exchange recorded from a real server, byte for byte as it went over the wire, read by the client: what it says of each is
/// what happened.
/// </summary>
public sealed class RecordedReadingTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_recorded_answer_is_read_as_what_it_was()
    {
        List<string> differences = [];
        Dictionary<string, int> read = [];
        foreach (var recording in Recordings.All.Where(IsNative))
        {
            var expected = Happened(recording);
            using var server = RawServer.Answering(Head(recording), Body(recording));
            using OllamaClient client = new(server.Address);

            var said = await SayAsync(client, recording);

            differences.AddRange(said == expected ? [] : [$"{recording.Name}: said {said}, happened {expected}"]);
            read[recording.Path] = read.GetValueOrDefault(recording.Path) + 1;
        }

        differences.ShouldBeEmpty();
        read.Values.Sum().ShouldBeGreaterThan(300);
        read.Count.ShouldBeGreaterThan(10);
    }

    /// <summary>What this client asks for. It never speaks the other vendors' APIs, in which a crash is no different from an end.</summary>
    private static bool IsNative(Recording recording) =>
        recording.Status is not null
        && (recording.Method, recording.Path) switch
        {
            ("POST", "/api/chat" or "/api/generate" or "/api/show" or "/api/embed" or "/api/copy") => true,
            ("POST", "/api/pull" or "/api/create") => true,
            ("GET", "/api/tags" or "/api/ps" or "/api/version") => true,
            ("DELETE", "/api/delete") => true,
            _ => false,
        }
        // Without a model it asks nothing.
        && !recording.Name.StartsWith("error-create-", StringComparison.Ordinal);

    /// <summary>The recording, in the client's words.</summary>
    private static string Happened(Recording recording)
    {
        if (recording.Status >= 400)
        {
            return recording is { Path: "/api/delete", Status: 404 }
                ? "not there"
                : $"{recording.Status} {Error(recording.ResponseText)}";
        }

        var cut = recording.ClosedBy != "complete";
        var lines = recording.ResponseText.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var last = lines is [.., var line] && line.StartsWith('{') ? JsonElement.Parse(line) : default;
        return recording.Path switch
        {
            "/api/version" => last.GetProperty("version").GetString()!,
            "/api/tags" or "/api/ps" => string.Join(
                ' ',
                last.GetProperty("models")
                    .EnumerateArray()
                    .Select(m => $"{m.GetProperty("name")}={m.GetProperty("digest")}:{m.GetProperty("size")}")
            ),
            "/api/show" => string.Join(' ', last.GetProperty("capabilities").EnumerateArray()),
            "/api/embed" => $"{last.GetProperty("embeddings").GetArrayLength()} vectors",
            "/api/copy" or "/api/delete" => "done",
            "/api/pull" or "/api/create" => last.TryGetProperty("error", out var failure) ? $"failed: {failure}"
            : last.TryGetProperty("status", out var status) && status.GetString() == "success" ? "success"
            : cut ? "cut"
            : "failed",
            _ when last.TryGetProperty("_debug_info", out var debug) => debug
                .GetProperty("rendered_template")
                .GetString()!,
            _ when last.TryGetProperty("error", out var error) => $"error line: {error}",
            _ when last.TryGetProperty("done", out var done) && done.GetBoolean() =>
                $"{last.GetProperty("done_reason")} {Text(lines)}",
            _ => cut ? "cut" : "unfinished",
        };
    }

    private static async Task<string> SayAsync(OllamaClient client, Recording recording)
    {
        try
        {
            return await ReadAsync(client, recording);
        }
        catch (OllamaResponseException e)
        {
            return $"{(int)e.Status} {e.Error}";
        }
        catch (OllamaErrorLineException e)
        {
            return $"error line: {e.Error}";
        }
        catch (OllamaUnfinishedException)
        {
            return "unfinished";
        }
        catch (OllamaCutException)
        {
            return "cut";
        }
        catch (ModelChangeException e)
        {
            return $"failed: {e.Error}";
        }
    }

    private static async Task<string> ReadAsync(OllamaClient client, Recording recording)
    {
        switch (recording.Path)
        {
            case "/api/version":
                return await client.GetVersionAsync(Ended);
            case "/api/tags":
                var installed = await client.ListInstalledAsync(Ended);
                return string.Join(' ', installed.Select(m => $"{m.Name}={m.Digest}:{m.Bytes}"));
            case "/api/ps":
                var resident = await client.ListResidentAsync(Ended);
                return string.Join(' ', resident.Select(m => $"{m.Name}={m.Digest}:{m.Bytes}"));
            case "/api/show":
                return string.Join(' ', (await client.ShowAsync("m", Ended)).Capabilities);
            case "/api/embed":
                var vectors = await client.EmbedAsync(new EmbedRequest { Model = "m", Input = ["a"] }, Ended);
                return $"{vectors.Embeddings.Count} vectors";
            case "/api/copy":
                await client.Models.CopyAsync("a", "b", Ended);
                return "done";
            case "/api/delete":
                return await client.Models.DeleteAsync("m", Ended) ? "done" : "not there";
            case "/api/pull":
                var last = await client.Models.PullAsync("m", cancellationToken: Ended).LastAsync(Ended);
                return last.Done ? "success" : "more";
            case "/api/create":
                await client.Models.CreateAsync("m", new ModelRecipe { From = "n" }, cancellationToken: Ended);
                return "success";
        }

        var api = recording.Path == "/api/chat" ? OllamaApi.Chat : OllamaApi.Generate;
        if (recording.ResponseText.Contains("\"_debug_info\"", StringComparison.Ordinal))
        {
            return await client.RenderAsync(api, [], Ended);
        }

        StringBuilder text = new();
        await foreach (var chunk in client.StreamAsync(api, new JsonObject { ["model"] = "m" }, Ended))
        {
            text.Append(chunk.Text);
            if (chunk.Done)
            {
                return $"{chunk.DoneReason} {text}";
            }
        }

        return "nothing";
    }

    /// <summary>What a server's words are, in their field or as they stand.</summary>
    private static string Error(string body) =>
        body.StartsWith("{\"error\":", StringComparison.Ordinal)
            ? JsonElement.Parse(body).GetProperty("error").ToString()
            : body.Trim();

    private static string Text(IEnumerable<string> lines) =>
        string.Concat(
            lines
                .Select(l => JsonElement.Parse(l))
                .Select(l =>
                    l.TryGetProperty("response", out var text)
                        ? text.GetString()
                        : l.GetProperty("message").GetProperty("content").GetString()
                )
        );

    private static string Head(Recording recording)
    {
        StringBuilder head = new($"HTTP/1.1 {recording.Status} {(HttpStatusCode)recording.Status!}\r\n");
        foreach (var (name, value) in recording.ResponseHeaders)
        {
            head.Append($"{name}: {value}\r\n");
        }

        return head.Append("\r\n").ToString();
    }

    /// <summary>The bytes in their recorded framing; without the terminal chunk where the server was lost.</summary>
    private static byte[] Body(Recording recording)
    {
        if (recording.ResponseHeaders.GetValueOrDefault("Transfer-Encoding") != "chunked")
        {
            return recording.Response;
        }

        var size = Encoding.ASCII.GetBytes($"{recording.Response.Length:x}\r\n");
        var whole = recording.ClosedBy == "complete" ? "\r\n0\r\n\r\n"u8 : "\r\n"u8;
        return [.. size, .. recording.Response, .. whole];
    }
}
