using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// A model without a model: every word is a hash of the whole text before it, of the model's digest and of the options that
/// matter, so a continued answer equals the undisturbed one exactly if the prompt was rebuilt exactly. With a temperature the
/// words depend on the seed and on how many came before in the same request, so a continuation is another text, as with Ollama.
/// </summary>
/// <remarks>
/// A prompt that opens a thought with <c>&lt;think&gt;</c> is thought about and the thought closed. With a <c>format</c> the answer is a
/// JSON object, from its beginning whatever the prompt ends with, as the grammar starts anew. Where tools are offered, a last user message
/// <c>call NAME</c> makes the answer end with a call of that tool.
/// </remarks>
public sealed class ScriptedEngine : IOllamaEngine
{
    // No word begins with a vowel.
    private static readonly byte[] s_unsaid = " or"u8.ToArray();

    private int _unseeded;

    /// <summary>Words of the shortest answer; 1 or more.</summary>
    public int ShortestAnswer { get; init; } = 60;

    /// <summary>Words of the longest answer; <see cref="ShortestAnswer"/> to 1000.</summary>
    public int LongestAnswer { get; init; } = 120;

    /// <inheritdoc/>
    public async IAsyncEnumerable<EngineToken> GenerateAsync(
        EngineRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ScriptedAnswer answer = new(request, Choice(request), ShortestAnswer, LongestAnswer);
        foreach (var token in answer.Tokens())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Token(token, request.Model.Voice);
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<int> CountTokensAsync(EmulatedModel model, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(text);
        // The start token comes on top.
        return ValueTask.FromResult(1 + ScriptedTokens.Count(text, model.Voice));
    }

    private string Choice(EngineRequest request)
    {
        var sampling = request.Sampling;
        var seed = sampling.Seed < 0 ? -Interlocked.Increment(ref _unseeded) : sampling.Seed;
        var random = sampling.Greedy ? "" : seed.ToString(CultureInfo.InvariantCulture);
        return $"{request.Model.Digest}/{sampling.Fingerprint}/{random}";
    }

    /// <summary>The token with one it was preferred to: clearly, unless the voice hesitates.</summary>
    private static EngineToken Token(ReadOnlyMemory<byte> utf8, EmulatedVoice voice)
    {
        // Half at most, so that there is room for another that is all but as likely.
        var probability = -0.7 - (PseudoWords.Hash("probability", Encoding.Latin1.GetString(utf8.Span)) % 1000 / 500.0);
        EngineToken other = new(s_unsaid, probability - (voice == EmulatedVoice.Hesitant ? 0.001 : 1));
        return new EngineToken(utf8, probability) { Alternatives = [other] };
    }
}
