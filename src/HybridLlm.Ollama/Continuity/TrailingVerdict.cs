namespace HybridLlm.Ollama.Continuity;

/// <summary>What a server's template does with an assistant's message at the end of a conversation.</summary>
/// <param name="Ends">The prompt ends with the message, so that the model adds to it; else the turn is closed, and it would answer again.</param>
/// <param name="Same">
/// The prompt is also the one the message was generated from: some templates end with the message, but put another header or an empty
/// thought before it.
/// </param>
/// <param name="KeepsBlanks">White space at the message's ends stays.</param>
internal readonly record struct TrailingVerdict(bool Ends, bool Same, bool KeepsBlanks)
{
    /// <summary>True if a message of this text is added to.</summary>
    public bool AddsTo(string text) => Ends && (KeepsBlanks || text.Length == text.Trim().Length);

    /// <summary>True if what is added is what would have followed the text when it was generated.</summary>
    public bool Continues(string text) => Same && AddsTo(text);

    /// <summary>The verdict that one message shows.</summary>
    /// <param name="prompt">The conversation as the server renders it.</param>
    /// <param name="trailing">The same with the message at its end.</param>
    /// <param name="text">The message.</param>
    public static TrailingVerdict Of(string prompt, string trailing, string text) =>
        new(
            Ends: trailing.EndsWith(text, StringComparison.Ordinal),
            Same: trailing == prompt + text,
            KeepsBlanks: text.Length > text.Trim().Length
        );
}
