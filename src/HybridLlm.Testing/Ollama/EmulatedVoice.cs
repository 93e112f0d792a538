namespace HybridLlm.Testing.Ollama;

/// <summary>How a scripted model speaks, which decides how its answers can be continued.</summary>
public enum EmulatedVoice
{
    /// <summary>Words of Latin letters, one token each. What was said, read again, is the same tokens.</summary>
    Words,

    /// <summary>Words of letters of up to four bytes, whose tokens end anywhere, also inside a letter.</summary>
    MultiByte,

    /// <summary>Words whose tokens depend on how they came about: read again they are other tokens, and what follows is another text.</summary>
    Unstable,

    /// <summary>One word for ever, so that the server's repeat guard ends the answer.</summary>
    Loop,

    /// <summary>Words each of which was all but another, so that a real engine's rounding could have chosen that one.</summary>
    Hesitant,
}
