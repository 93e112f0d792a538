namespace HybridLlm.Ollama.Continuity;

/// <summary>What of an answer has been delivered.</summary>
internal sealed record AnswerSoFar
{
    public string Text { get; init; } = "";

    public string Thinking { get; init; } = "";

    /// <summary>Calls of tools, each as <c>name(arguments)</c>.</summary>
    public IReadOnlyList<string> ToolCalls { get; init; } = [];

    /// <summary>Tokens it stands for, or no fewer if <see cref="Uncounted"/>; null if a server did not count them.</summary>
    public int? Tokens { get; init; } = 0;

    /// <summary>Some of its tokens were not counted one by one.</summary>
    public bool Uncounted { get; init; }

    public bool IsEmpty => Text.Length == 0 && Thinking.Length == 0 && ToolCalls.Count == 0;
}
