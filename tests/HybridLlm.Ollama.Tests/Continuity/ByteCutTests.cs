using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>A connection that is lost between any two bytes: inside a line, inside a letter of it, between lines.</summary>
public sealed class ByteCutTests
{
    [Theory]
    [InlineData(EmulatedVoice.Words, false)]
    [InlineData(EmulatedVoice.MultiByte, false)]
    [InlineData(EmulatedVoice.Words, true)]
    public async Task A_line_that_arrived_in_part_is_said_again_by_the_next_server(EmulatedVoice voice, bool clean)
    {
        using Cutter cutter = new(clean);
        OllamaEmulatorOptions options = new()
        {
            Models =
            [
                new()
                {
                    Name = "m",
                    Template = PromptTemplate.Plain,
                    Voice = voice,
                },
            ],
        };
        await using var servers = await Servers.StartAsync(cutter, options, options);
        JsonObject limited = new() { ["temperature"] = 0, ["num_predict"] = 12 };
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello", options: limited));

        // A line is some 300 bytes, so from inside the first to inside the fifth, wherever that falls.
        // A first line that is no JSON, cleanly ended, may come from anybody.
        for (var bytes = clean ? 750 : 250; bytes < 1_500; bytes += 7)
        {
            cutter.After(servers[0].Address, bytes);
            var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: limited));

            var cause = answer.Migrations.ShouldHaveSingleItem().Cause;
            (cause is OllamaCutException || (clean && cause is OllamaUnfinishedException)).ShouldBeTrue($"{cause}");
            (answer.Text, answer.Reason, answer.Tokens).ShouldBe(
                (whole.Text, whole.Reason, whole.Tokens),
                $"after {bytes} bytes"
            );
        }
    }

    /// <summary>Cuts the next answer of one server after so many bytes: as a lost connection, or as a clean end.</summary>
    private sealed class Cutter(bool clean) : DelegatingHandler
    {
        private Uri? _chat;
        private int _bytes;

        public void After(Uri server, int bytes) => (_chat, _bytes) = (new Uri(server, "/api/chat"), bytes);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri == _chat)
            {
                _chat = null;
                response.Content = new StreamContent(
                    new CutStream(await response.Content.ReadAsStreamAsync(cancellationToken), _bytes, clean)
                );
            }

            return response;
        }
    }

    private sealed class CutStream(Stream whole, int bytes, bool clean) : MemoryStream
    {
        private int _left = bytes;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (_left == 0)
            {
                return clean ? 0 : throw new HttpIOException(HttpRequestError.ResponseEnded);
            }

            var read = await whole.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read;
        }
    }
}
