using System.Text;
using HybridLlm.Ollama;
using HybridLlm.Testing;
using HybridLlm.Testing.Ollama;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridLlm.QuickStart;

/// <summary>A chat request over HTTP to the gateway, and the same request to a server nothing happens to.</summary>
internal static class AskAct
{
    public static async Task<string> RunAsync(
        HybridCluster cluster,
        EmulatedWorld world,
        Narrator narrator,
        CancellationToken cancellationToken
    )
    {
        await using var gateway = await StartGatewayAsync(cluster, cancellationToken);
        Uri address = new(gateway.Urls.Single());
        narrator.Say($"The gateway listens at {address}; no GPU is rented. The request is held.");
        using OllamaClient client = new(address);
        using OllamaChatClient chat = new(client, Demo.Model);

        StringBuilder answer = new();
        var updates = chat.GetStreamingResponseAsync(Demo.Question, Demo.Greedy, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (updates)
        {
            var more = false;
            await narrator.WhileAsync(
                cluster,
                async () =>
                {
                    more = await updates.MoveNextAsync();
                    world.Clock.Speed = Pace.Real;
                }
            );
            while (more)
            {
                answer.Append(updates.Current.Text);
                narrator.Token(updates.Current.Text);
                more = await updates.MoveNextAsync();
            }
        }

        narrator.EndOfAnswer();
        world.Clock.Speed = Pace.Fast;
        return answer.ToString();
    }

    /// <summary>What the model says when nothing stands between: the measure of the answer above.</summary>
    public static async Task<string> UndisturbedAsync(CancellationToken cancellationToken)
    {
        OllamaEmulatorOptions options = new()
        {
            Models = [new EmulatedModel { Name = Demo.Model }],
            ContextLength = 8192,
        };
        await using var server = await OllamaEmulator.StartAsync(options, cancellationToken);
        using OllamaClient client = new(server.Address);
        using OllamaChatClient chat = new(client, Demo.Model);
        return (await chat.GetResponseAsync(Demo.Question, Demo.Greedy, cancellationToken)).Text;
    }

    private static async Task<WebApplication> StartGatewayAsync(
        HybridCluster cluster,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        // An instance that was made elsewhere is not disposed with the container.
        builder.Services.AddSingleton(cluster);
        var app = builder.Build();
        app.MapHybridGateway();
        await app.StartAsync(cancellationToken);
        return app;
    }
}
