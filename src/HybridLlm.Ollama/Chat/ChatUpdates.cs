using HybridLlm.Ollama.Continuity;
using Microsoft.Extensions.AI;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Ollama;

/// <summary>Turns the chunks of one answer, and its moves between them, into the updates of one response.</summary>
internal sealed class ChatUpdates : IProgress<Migration>
{
    private readonly string _responseId = Guid.NewGuid().ToString("N");
    private readonly List<ChatResponseUpdate> _moves = [];
    private bool _calledTools;

    /// <summary>Takes a move down; it comes out before the first chunk after it.</summary>
    public void Report(Migration value) => _moves.Add(Update(value));

    public IReadOnlyList<ChatResponseUpdate> From(OllamaChunk chunk)
    {
        ChatResponseUpdate[] updates = [.. _moves, Answer(chunk)];
        _moves.Clear();
        return updates;
    }

    private ChatResponseUpdate Answer(OllamaChunk chunk)
    {
        var update = Update(chunk);
        update.ModelId = chunk.Model;
        update.CreatedAt = chunk.CreatedAt;
        if (chunk.Thinking.Length > 0)
        {
            update.Contents.Add(new TextReasoningContent(chunk.Thinking));
        }

        if (chunk.Text.Length > 0)
        {
            update.Contents.Add(new TextContent(chunk.Text));
        }

        foreach (var call in chunk.ToolCalls)
        {
            _calledTools = true;
            update.Contents.Add(ToContent(call));
        }

        if (chunk.Usage is { } usage)
        {
            update.Contents.Add(new UsageContent(ToDetails(usage)));
        }

        if (chunk.Done)
        {
            update.FinishReason = FinishReason(chunk.DoneReason);
        }

        if (chunk.Continuity is { } report)
        {
            update.AdditionalProperties = new() { [OllamaChatClient.ContinuityKey] = report };
        }

        return update;
    }

    private ChatResponseUpdate Update(object raw) =>
        new()
        {
            Role = Microsoft.Extensions.AI.ChatRole.Assistant,
            ResponseId = _responseId,
            MessageId = _responseId,
            RawRepresentation = raw,
        };

    private ChatFinishReason? FinishReason(string? doneReason) =>
        _calledTools
            ? ChatFinishReason.ToolCalls
            : doneReason switch
            {
                "stop" => ChatFinishReason.Stop,
                "length" => ChatFinishReason.Length,
                null => null,
                _ => new ChatFinishReason(doneReason),
            };

    private static FunctionCallContent ToContent(Message.ToolCall call) =>
        new(
            // Servers before ids were introduced need one to tie the result to the call.
            string.IsNullOrEmpty(call.Id)
                ? Guid.NewGuid().ToString("N")
                : call.Id,
            call.Function?.Name ?? "",
            call.Function?.Arguments?.ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal)
        );

    private static UsageDetails ToDetails(OllamaUsage usage) =>
        new()
        {
            InputTokenCount = usage.PromptTokens,
            OutputTokenCount = usage.AnswerTokens,
            TotalTokenCount = usage.PromptTokens + usage.AnswerTokens,
        };
}
