using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>Sends one answer, whole or line by line, and lets it fail in the ways Ollama's fail.</summary>
internal sealed class GenerationAnswer(
    EmulatorState state,
    GenerationRequest request,
    RunOptions run,
    Runner runner,
    GenerationLines lines,
    long started,
    TimeSpan load
)
{
    private const string RunnerDied = "an error was encountered while running the model: unexpected EOF";

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thought = new();
    private readonly List<JsonNode> _toolCalls = [];
    private StreamFault? _fault = state.Faults.TryDequeue(out var fault) ? fault : null;
    private int _sent;

    public async Task SendAsync(HttpContext context, LiveRequest live, Prompt prompt)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(live.Ended, runner.Crashed);
        try
        {
            await RunAsync(context, live, prompt, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (runner.Crashed.IsCancellationRequested && !live.Ended.IsCancellationRequested)
        {
            await (
                context.Response.HasStarted
                    ? Reply.LineAsync(context, new JsonObject { ["error"] = RunnerDied }, live.Ended)
                    : Reply.ErrorAsync(context, new ReplyException(500, RunnerDied))
            ).ConfigureAwait(false);
        }
        catch (EndedWithoutDone)
        {
            Reply.BeginStream(context);
        }
    }

    private async Task RunAsync(
        HttpContext context,
        LiveRequest live,
        Prompt prompt,
        CancellationToken cancellationToken
    )
    {
        var begun = state.Clock.GetTimestamp();
        long? firstToken = null;
        AnswerParser parser = new(
            thinking: !request.Raw && prompt.Text.EndsWith("<think>\n", StringComparison.Ordinal),
            tools: request.Tools.Length > 0
        );
        Generation generation = new(state.Options, run);
        EngineRequest engine = new()
        {
            Model = runner.Model,
            Prompt = prompt.Text,
            Sampling = run.Sampling,
            Format = request.Format,
        };
        await foreach (var piece in generation.RunAsync(engine, cancellationToken).ConfigureAwait(false))
        {
            firstToken ??= state.Clock.GetTimestamp();
            if (parser.Add(piece) is { } parsed)
            {
                _text.Append(parsed.Text);
                _thought.Append(parsed.Thinking);
                _toolCalls.AddRange(parsed.ToolCall is { } call ? [call] : []);
                await SendLineAsync(context, live, lines.Piece(parsed), cancellationToken).ConfigureAwait(false);
            }
        }

        GenerationCounts counts = new(
            prompt.Tokens,
            generation.Tokens,
            Nanoseconds(state.Clock.GetElapsedTime(started)),
            Nanoseconds(load),
            Nanoseconds(state.Clock.GetElapsedTime(begun, firstToken ?? begun)),
            Nanoseconds(state.Clock.GetElapsedTime(firstToken ?? begun))
        );
        await FinishAsync(context, live, generation.DoneReason, counts, prompt, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task FinishAsync(
        HttpContext context,
        LiveRequest live,
        string? reason,
        GenerationCounts counts,
        Prompt prompt,
        CancellationToken cancellationToken
    )
    {
        var tokens = request is { Chat: false, Raw: false } ? Context(prompt.Text + _text) : null;
        if (!request.Stream)
        {
            await StrikeAsync(live, cancellationToken).ConfigureAwait(false);
            var whole = reason is null
                ? lines.Unfinished($"{_text}", $"{_thought}")
                : lines.Done(
                    reason,
                    counts,
                    $"{_text}",
                    $"{_thought}",
                    tokens,
                    [.. _toolCalls.Select(c => c.DeepClone())]
                );
            await Reply.JsonAsync(context, whole).ConfigureAwait(false);
        }
        else if (reason is not null)
        {
            await SendLineAsync(context, live, lines.Done(reason, counts, context: tokens), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async Task SendLineAsync(
        HttpContext context,
        LiveRequest live,
        JsonObject line,
        CancellationToken cancellationToken
    )
    {
        await StrikeAsync(live, cancellationToken).ConfigureAwait(false);
        await state.Gate.PassAsync(cancellationToken).ConfigureAwait(false);
        _sent++;
        if (_fault is { Kind: StreamFaultKind.Hang } hang && hang.AfterLines == _sent)
        {
            // Before the line is out, so that whoever has read it knows that the server hangs.
            state.Gate.Close();
            _fault = null;
        }

        if (request.Stream)
        {
            await Reply.LineAsync(context, line, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets the planned failure happen if it is due before the next line.</summary>
    private async Task StrikeAsync(LiveRequest live, CancellationToken cancellationToken)
    {
        if (_fault is not { } fault || fault.AfterLines != _sent)
        {
            return;
        }

        _fault = null;
        switch (fault.Kind)
        {
            case StreamFaultKind.Cut:
                live.Cut();
                break;
            case StreamFaultKind.Kill:
                _ = state.Kill();
                break;
            case StreamFaultKind.RunnerCrash:
                state.Runners.Crash();
                break;
            case StreamFaultKind.EndWithoutDone:
                throw new EndedWithoutDone();
            default:
                // A hang before the first line.
                state.Gate.Close();
                return;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, state.Clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Token numbers of the whole text, as the deprecated <c>context</c> has them.</summary>
    private static JsonArray Context(string text) =>
        new([.. text.Split(' ', '\n').Select(word => JsonValue.Create((int)(PseudoWords.Hash(word) % 128_000)))]);

    private static long Nanoseconds(TimeSpan time) => (long)time.TotalNanoseconds;

    private sealed class EndedWithoutDone : Exception;
}
