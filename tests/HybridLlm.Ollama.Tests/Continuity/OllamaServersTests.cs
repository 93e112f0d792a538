using HybridLlm.Ollama.Continuity;

namespace HybridLlm.Ollama.Tests.Continuity;

public sealed class OllamaServersTests
{
    [Fact]
    public async Task Servers_come_in_their_order_and_then_again_the_one_left_longest_ago()
    {
        OllamaClient[] clients =
        [
            .. Enumerable.Range(1, 3).Select(n => new OllamaClient(new Uri($"http://ollama{n}:11434"))),
        ];
        OllamaServers servers = new(clients);
        List<OllamaEndpoint> failed = [];
        List<string> hosts = [];
        for (var i = 0; i < 5; i++)
        {
            failed.Add((await servers.NextAsync("m", failed, CancellationToken.None))!);
            hosts.Add(failed[^1].Client.Address.Host);
        }

        hosts.ShouldBe(["ollama1", "ollama2", "ollama3", "ollama1", "ollama2"]);
        Array.ForEach(clients, c => c.Dispose());
    }

    [Fact]
    public async Task A_single_server_is_tried_again()
    {
        using OllamaClient client = new(new Uri("http://ollama:11434"));
        OllamaServers servers = new(client);
        var first = await servers.NextAsync("m", [], CancellationToken.None);

        (await servers.NextAsync("m", [first!], CancellationToken.None)).ShouldBeSameAs(first);
        Should.Throw<ArgumentException>(() => new OllamaServers());
    }
}
