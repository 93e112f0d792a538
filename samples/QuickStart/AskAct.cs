using System.Text;
using HybridLlm.Testing;
using Microsoft.Extensions.AI;

namespace HybridLlm.QuickStart;

/// <summary>A chat request over HTTP to the gateway, while everything sleeps.</summary>
internal static class AskAct
{
    public static async Task<string> RunAsync(
        HybridCluster cluster,
        GatewayHost gateway,
        EmulatedWorld world,
        Narrator narrator,
        CancellationToken cancellationToken
    )
    {
        narrator.Say($"The gateway listens at {gateway.Address}; no GPU is rented. The request is held.");
        StringBuilder answer = new();
        var updates = gateway
            .Chat.GetStreamingResponseAsync(Demo.Question, Demo.Greedy, cancellationToken)
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
}
