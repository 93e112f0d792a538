using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// A model without a model: every word is a hash of the whole text before it, of the model's digest and of the options that
/// matter, so a continued answer equals the undisturbed one exactly if the prompt was rebuilt exactly. With a temperature the
/// words depend on the seed and on how many came before in the same request, so a continuation is another text, as with Ollama.
/// </summary>
public sealed class ScriptedEngine : IOllamaEngine
{
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
        var text = request.Prompt;
        var choice = Choice(request);
        var left = PseudoWords.Left(text, LongestAnswer) ?? Length(text, choice);
        for (var step = 0; left > 0; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            left--;
            var word = request.Model.Loops
                ? " gofa"
                : PseudoWords.Make(text, request.Sampling.Greedy ? choice : $"{choice}/{step}", left);
            left = request.Model.Loops ? LongestAnswer : left;
            text += word;
            yield return new EngineToken(Encoding.UTF8.GetBytes(word), LogProbability(word));
            await Task.CompletedTask.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> CountTokensAsync(EmulatedModel model, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        // The start token, and one more at every space and line.
        return ValueTask.FromResult(1 + text.Count(c => c is ' ' or '\n'));
    }

    private string Choice(EngineRequest request)
    {
        var sampling = request.Sampling;
        var seed = sampling.Seed < 0 ? -Interlocked.Increment(ref _unseeded) : sampling.Seed;
        var random = sampling.Greedy ? "" : seed.ToString(CultureInfo.InvariantCulture);
        return $"{request.Model.Digest}/{sampling.Fingerprint}/{random}";
    }

    private int Length(string prompt, string choice) =>
        ShortestAnswer + (int)(PseudoWords.Hash("length", choice, prompt) % (uint)(LongestAnswer - ShortestAnswer + 1));

    private static double LogProbability(string word) => (PseudoWords.Hash("probability", word) % 1000) / -500.0;
}
