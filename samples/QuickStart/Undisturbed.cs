using HybridLlm.Ollama;
using HybridLlm.Testing.Ollama;
using Microsoft.Extensions.AI;

namespace HybridLlm.QuickStart;

/// <summary>What the model says when nothing stands between and nothing happens: the measure of every answer.</summary>
internal static class Undisturbed
{
    public static async Task<string> AnswerAsync(
        string question,
        ChatOptions options,
        CancellationToken cancellationToken
    )
    {
        OllamaEmulatorOptions emulator = new()
        {
            Models = [new EmulatedModel { Name = Demo.Model }],
            ContextLength = 8192,
        };
        await using var server = await OllamaEmulator.StartAsync(emulator, cancellationToken);
        using OllamaClient client = new(server.Address);
        using OllamaChatClient chat = new(client, Demo.Model);
        return (await chat.GetResponseAsync(question, options, cancellationToken)).Text;
    }
}
