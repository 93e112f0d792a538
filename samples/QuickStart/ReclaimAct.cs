using System.Globalization;
using System.Text;
using HybridLlm.Testing;
using HybridLlm.Testing.Ec2;
using Microsoft.Extensions.AI;

namespace HybridLlm.QuickStart;

/// <summary>AWS takes the GPU in the middle of an answer: once with the two minutes' notice, and once more without a word.</summary>
internal sealed class ReclaimAct(HybridCluster cluster, GatewayHost gateway, EmulatedWorld world, Narrator narrator)
{
    public const string Question = "What becomes of a sentence whose machine is taken away?";

    public static ChatOptions Options { get; } = new() { Temperature = 0, MaxOutputTokens = 70 };

    /// <summary>Tokens after which AWS takes the node that speaks.</summary>
    private const int TokensBefore = 10;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(20);

    private readonly StringBuilder _answer = new();
    private readonly List<double> _pauses = [];

    public async Task<ReclaimReport> RunAsync(CancellationToken cancellationToken)
    {
        world.Clock.Speed = Pace.Fast;
        await narrator.WhileAsync(cluster, () => StreamAsync(cancellationToken));
        return new ReclaimReport
        {
            Answer = _answer.ToString(),
            UndisturbedAnswer = await Undisturbed.AnswerAsync(Question, Options, cancellationToken),
            PausesInVirtualSeconds = _pauses,
        };
    }

    private async Task StreamAsync(CancellationToken cancellationToken)
    {
        var (spoken, since) = (0, world.Clock.GetUtcNow());
        await foreach (var update in gateway.Chat.GetStreamingResponseAsync(Question, Options, cancellationToken))
        {
            if (update.Text.Length == 0)
            {
                continue;
            }

            var now = world.Clock.GetUtcNow();
            if (spoken > 0 && now - since > s_pause)
            {
                narrator.EndOfPart();
                Resume(now - since);
                spoken = 0;
            }

            since = now;
            _answer.Append(update.Text);
            narrator.Part(update.Text);
            if (++spoken == TokensBefore && _pauses.Count < 2)
            {
                narrator.EndOfPart();
                await TakeAsync(withNotice: _pauses.Count == 0);
            }
        }

        narrator.EndOfPart();
    }

    private void Resume(TimeSpan silence)
    {
        _pauses.Add(Math.Round(silence.TotalSeconds, 1));
        narrator.Say(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The answer goes on elsewhere after {silence.TotalSeconds:0} s of silence."
            )
        );
    }

    private async Task TakeAsync(bool withNotice)
    {
        var node = world.Cloud.Instances.Single(i => i is { Market: Market.Spot, State: "running" });
        narrator.Say(
            withNotice
                ? $"AWS gives notice for {node.InstanceId}: two minutes."
                : $"AWS takes {node.InstanceId} without notice."
        );
        await world.Cloud.InterruptAsync(node.InstanceId, withNotice);
    }
}

/// <summary>What became of the answer whose node was taken twice.</summary>
internal sealed record ReclaimReport
{
    public required string Answer { get; init; }

    public required string UndisturbedAnswer { get; init; }

    /// <summary>Silences between two parts of the answer, virtual seconds: one for each time its node was taken.</summary>
    public required IReadOnlyList<double> PausesInVirtualSeconds { get; init; }
}
