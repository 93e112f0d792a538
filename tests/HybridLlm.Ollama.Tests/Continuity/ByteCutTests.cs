using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>A connection that is lost between any two bytes: inside a line, inside a letter of it, between lines.</summary>
public sealed class ByteCutTests
{
    [Theory]
    [InlineData(EmulatedVoice.Words)]
    [InlineData(EmulatedVoice.MultiByte)]
    public async Task A_line_that_arrived_in_part_is_said_again_by_the_next_server(EmulatedVoice voice)
    {
        using Cutter cutter = new();
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
        for (var bytes = 250; bytes < 1_500; bytes += 7)
        {
            cutter.After(servers[0].Address, bytes);
            var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello", options: limited));

            answer.Migrations.ShouldHaveSingleItem().Cause.ShouldBeOfType<OllamaCutException>();
            (answer.Text, answer.Reason, answer.Tokens).ShouldBe(
                (whole.Text, whole.Reason, whole.Tokens),
                $"after {bytes} bytes"
            );
        }
    }

    /// <summary>Cuts the next answer of one server after so many bytes.</summary>
    private sealed class Cutter : DelegatingHandler
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
                    new CutStream(await response.Content.ReadAsStreamAsync(cancellationToken), _bytes)
                );
            }

            return response;
        }
    }

    private sealed class CutStream(Stream whole, int bytes) : MemoryStream
    {
        private int _left = bytes;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (_left == 0)
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded);
            }

            var read = await whole.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read;
        }
    }
}
