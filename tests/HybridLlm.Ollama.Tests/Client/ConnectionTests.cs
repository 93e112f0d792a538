using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Tests.Client;

public sealed class ConnectionTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_is_used_again_although_the_end_of_its_answer_comes_after_the_last_line()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        var both = AnswerTwiceOnOneAsync(listener);
        using OllamaClient client = new(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));

        // Each answer that comes before its connection is free again opens another, and gets the same chance.
        for (var i = 0; i < 100 && !both.IsCompleted; i++)
        {
            await foreach (
                var chunk in client.StreamAsync(OllamaApi.Generate, new JsonObject { ["model"] = "m" }, Ended)
            )
            {
                chunk.Done.ShouldBeTrue();
            }

            await Task.Delay(60, Ended);
        }

        both.IsCompletedSuccessfully.ShouldBeTrue();
    }

    private static async Task AnswerTwiceOnOneAsync(TcpListener listener)
    {
        TaskCompletionSource again = new();
        _ = Task.Run(
            async () =>
            {
                while (true)
                {
                    _ = AnswerAsync(await listener.AcceptTcpClientAsync(Ended), again);
                }
            },
            Ended
        );
        await again.Task.WaitAsync(Ended);
    }

    private static async Task AnswerAsync(TcpClient connection, TaskCompletionSource again)
    {
        using var closed = connection;
        var stream = connection.GetStream();
        var request = new byte[64 * 1024];
        for (var answers = 1; await stream.ReadAsync(request, Ended) > 0; answers++)
        {
            await stream.WriteAsync(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n{\"response\":\"\",\"done\":true}\n\r\n"u8.ToArray(),
                Ended
            );
            await Task.Delay(10, Ended);
            await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), Ended);
            if (answers == 2)
            {
                again.TrySetResult();
            }
        }
    }
}
