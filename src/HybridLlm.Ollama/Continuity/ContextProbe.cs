using System.Text;

namespace HybridLlm.Ollama.Continuity;

/// <summary>Says how much a server's model remembers, and whether an answer may have come to its end.</summary>
internal static class ContextProbe
{
    // The start token, and the blank that some tokenizers put first.
    private const int TokensWithoutText = 2;

    /// <summary>Context of one request, tokens; null if the server does not list the model.</summary>
    public static async Task<int?> LengthAsync(
        OllamaClient client,
        AskedFor asked,
        ModelDescription model,
        CancellationToken cancellationToken
    )
    {
        if (asked.ContextLength(model) is { } given)
        {
            return given;
        }

        if (!ContinuationPlanner.NeedsRendering(asked))
        {
            // Nothing has loaded it there yet.
            await client.LoadAsync(asked, cancellationToken).ConfigureAwait(false);
        }

        var resident = await client.ListResidentAsync(cancellationToken).ConfigureAwait(false);
        var name = ModelName.Full(asked.Model);
        var found = resident.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase));
        return found?.ContextLength is > 0 and var length ? length : null;
    }

    /// <summary>False if prompt and answer are too short to fill the context whatever their tokens: none of them is shorter than a byte.</summary>
    public static bool MayFill(int contextLength, AskedFor asked, string prompt, AnswerSoFar soFar) =>
        asked.Images.Count > 0
        || asked.Context
        || Encoding.UTF8.GetByteCount(prompt)
            + Encoding.UTF8.GetByteCount(soFar.Text)
            + Encoding.UTF8.GetByteCount(soFar.Thinking)
            + TokensWithoutText
            >= contextLength;
}
