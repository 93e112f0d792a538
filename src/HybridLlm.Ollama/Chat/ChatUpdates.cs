using Microsoft.Extensions.AI;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Ollama;

/// <summary>Turns the chunks of one answer into the updates of one response.</summary>
internal sealed class ChatUpdates
{
    private readonly string _responseId = Guid.NewGuid().ToString("N");
    private bool _calledTools;

    public ChatResponseUpdate From(OllamaChunk chunk)
    {
        ChatResponseUpdate update = new()
        {
            Role = Microsoft.Extensions.AI.ChatRole.Assistant,
            ResponseId = _responseId,
            MessageId = _responseId,
            ModelId = chunk.Model,
            CreatedAt = chunk.CreatedAt,
            RawRepresentation = chunk,
        };
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
            update.FinishReason = FinishReason(chunk.DoneReason);
        }

        return update;
    }

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
