using System.Text;
using FsCheck;
using FsCheck.Xunit;
using HybridLlm.Testing.Tests.Ollama;

namespace HybridLlm.Ollama.Tests.Streaming;

public sealed class NdjsonStreamTests
{
    private const string Answer = """
        {"model":"m","created_at":"2026-11-23T19:01:39.658408542Z","message":{"role":"assistant","content":" grüß"},"done":false}
        {"model":"m","created_at":"2026-11-23T19:01:39.661279847Z","message":{"role":"assistant","content":"\u65e5本 🎉","thinking":"hm"},"done":false}

        {"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"index":0,"name":"f","arguments":{"a":[1,{"b":2}]}}}]},"done":false}
        {"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":1500,"load_duration":1000,"prompt_eval_count":3,"prompt_eval_duration":300,"eval_count":4,"eval_duration":100}

        """;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Property]
    public void Lines_are_the_same_however_the_bytes_arrive(PositiveInt[] sizes)
    {
        using PiecewiseStream stream = new(Encoding.UTF8.GetBytes(Answer), [.. sizes.Select(s => s.Get), 1]);

        var chunks = NdjsonStream.ReadAsync(stream, CancellationToken.None).ToBlockingEnumerable().ToList();

        chunks.Select(c => c.Text).ShouldBe([" grüß", "日本 🎉", "", ""]);
        chunks[1].Thinking.ShouldBe("hm");
        chunks[2].ToolCalls.Single().Function!.Name.ShouldBe("f");
        chunks[3]
            .Usage!.ShouldBe(
                new OllamaUsage
                {
                    PromptTokens = 3,
                    AnswerTokens = 4,
                    Total = TimeSpan.FromMicroseconds(1.5),
                    Load = TimeSpan.FromMicroseconds(1),
                    Prompt = TimeSpan.FromTicks(3),
                    Answer = TimeSpan.FromTicks(1),
                }
            );
        Encoding.UTF8.GetString(chunks[0].Json.Span).ShouldBe(Answer.Split('\n')[0]);
    }

    [Fact]
    public async Task Every_recorded_stream_ends_the_way_it_was_recorded_to()
    {
        List<string> differences = [];
        foreach (var recording in Recordings.All.Where(r => r.IsNdjson && r.Path is "/api/chat" or "/api/generate"))
        {
            using MemoryStream body = new(recording.Response);
            // The recorder kept no cut as such: a body that just stops looks like a clean end here.
            var end = await EndAsync(body);
            var expected =
                recording.ResponseText.Contains("\"done\":true") ? "done"
                : recording.ResponseText.Contains("{\"error\":") ? nameof(OllamaErrorLineException)
                : nameof(OllamaUnfinishedException);
            differences.AddRange(end == expected ? [] : [$"{recording.Name}: {end}, not {expected}"]);
        }

        differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_recorded_line_is_read_whole()
    {
        foreach (
            var recording in Recordings.All.Where(r =>
                r.IsNdjson && r.Path == "/api/generate" && r.ClosedBy == "complete"
            )
        )
        {
            using MemoryStream body = new(recording.Response);
            List<OllamaChunk> chunks = [];
            try
            {
                await foreach (var chunk in NdjsonStream.ReadAsync(body, Ended))
                {
                    chunks.Add(chunk);
                }
            }
            catch (OllamaStreamException)
            {
                // The other test is about the ends.
            }

            foreach (var chunk in chunks)
            {
                var json = System.Text.Json.JsonElement.Parse(chunk.Json.Span);
                chunk.Text.ShouldBe(json.GetProperty("response").GetString());
                chunk.Usage?.AnswerTokens.ShouldBe(json.GetProperty("eval_count").GetInt32());
                chunk.TokenCount.ShouldBe(
                    json.TryGetProperty("logprobs", out var tokens) ? tokens.GetArrayLength() : null
                );
            }
        }
    }

    private static async Task<string> EndAsync(Stream body)
    {
        try
        {
            var last = await NdjsonStream.ReadAsync(body, Ended).LastAsync(Ended);
            return last.Done ? "done" : "more";
        }
        catch (OllamaStreamException e)
        {
            return e.GetType().Name;
        }
    }

    /// <summary>Gives its bytes in pieces of given sizes, over and over.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int[] sizes) : MemoryStream(bytes)
    {
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var size = Math.Min(sizes[_next++ % sizes.Length], buffer.Length);
            return base.ReadAsync(buffer[..size], cancellationToken);
        }
    }
}
