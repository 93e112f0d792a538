using System.Text;
using System.Text.RegularExpressions;

namespace HybridLlm.Testing.Ollama;

/// <summary>The tokens of one scripted answer, from its beginning or, if the prompt ends with part of one, from there.</summary>
internal sealed partial class ScriptedAnswer(EngineRequest request, string choice, int shortest, int longest)
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    // A thought ends when so many words are left for the answer.
    private const int WordsAfterThought = 30;

    private readonly PseudoWords _words =
        request.Model.Voice == EmulatedVoice.MultiByte ? PseudoWords.MultiByte : PseudoWords.Latin;

    private string _text = request.Prompt;
    private string _history = "";
    private int _step;

    public IEnumerable<ReadOnlyMemory<byte>> Tokens() =>
        request.Model.Voice == EmulatedVoice.Loop
            ? Enumerable.Repeat<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(" gofa"), int.MaxValue)
        : request.Format is not null ? Json()
        : Call().Match(request.Prompt) is { Success: true } call ? Plain(12).Concat(ToolCall(call.Groups["name"].Value))
        : Plain(null);

    private IEnumerable<ReadOnlyMemory<byte>> Plain(int? length)
    {
        var (rest, left) = Resume(length);
        foreach (var token in rest is null ? [] : Say(rest))
        {
            yield return token;
        }

        while (left > 0)
        {
            if (left <= WordsAfterThought && IsThinking())
            {
                foreach (var token in Tag(Close).Concat(Tag("\n\n")))
                {
                    yield return token;
                }
            }

            left--;
            foreach (var token in Word(left))
            {
                yield return token;
            }
        }
    }

    /// <summary>Where the text stands: the rest of a word it ends inside of, if it does, and how many words are left after that.</summary>
    private (string? Remainder, int Left) Resume(int? length)
    {
        // Only where tokens end anywhere can a text end inside a word, which must be looked for first: the beginning of a long word
        // may well look like a short one.
        var space = _text.LastIndexOf(' ');
        if (request.Model.Voice == EmulatedVoice.MultiByte && space >= 0 && space < _text.Length - 1)
        {
            var before = _text[..space];
            var after = (_words.Left(before, longest) ?? Length(before, length)) - 1;
            var word = after >= 0 ? _words.Make(before, choice, after) : "";
            if (word.Length > _text.Length - space && word.StartsWith(_text[space..], StringComparison.Ordinal))
            {
                return (word[(_text.Length - space)..], after);
            }
        }

        var said = _text.TrimEnd('\n');
        said = said.EndsWith(Close, StringComparison.Ordinal) ? said[..^Close.Length] : _text;
        if (_words.Left(said, longest) is { } left)
        {
            return (null, left);
        }

        return (null, Length(_text, length));
    }

    private IEnumerable<ReadOnlyMemory<byte>> Word(int left)
    {
        var how = request.Sampling.Greedy ? choice : $"{choice}/{_step++}";
        var word = _words.Make(_text, how + _history, left);
        if (request.Model.Voice != EmulatedVoice.Unstable || PseudoWords.Hash("split", _text) % 4 > 0)
        {
            return Say(word);
        }

        _history += "+";
        return Say(word[..3]).Concat(Say(word[3..]));
    }

    private IEnumerable<ReadOnlyMemory<byte>> Json()
    {
        string[] parts = ["{", "\"answer\"", ":", "\""];
        var words = 10 + (int)(PseudoWords.Hash("json", choice, request.Prompt) % 10);
        foreach (var token in parts.SelectMany(Say))
        {
            yield return token;
        }

        for (var left = words - 1; left >= 0; left--)
        {
            foreach (var token in Word(left))
            {
                yield return token;
            }
        }

        foreach (var token in Say("\"").Concat(Say("}")))
        {
            yield return token;
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> ToolCall(string name)
    {
        var argument = PseudoWords.Hash("argument", choice, _text) % 1000;
        string[] parts =
        [
            "<tool_call>",
            $"{{\"name\":\"{name}\",",
            "\"arguments\":",
            $"{{\"x\":{argument}}}}}",
            "</tool_call>",
        ];
        return parts.SelectMany(Tag);
    }

    private IEnumerable<ReadOnlyMemory<byte>> Say(string text)
    {
        _text += text;
        return ScriptedTokens.Of(text, request.Model.Voice);
    }

    /// <summary>A piece that is one token whatever the voice.</summary>
    private ReadOnlyMemory<byte>[] Tag(string text)
    {
        _text += text;
        return [Encoding.UTF8.GetBytes(text)];
    }

    private bool IsThinking() =>
        _text.LastIndexOf(Open, StringComparison.Ordinal) > _text.LastIndexOf(Close, StringComparison.Ordinal);

    private int Length(string prompt, int? length) =>
        length ?? shortest + (int)(PseudoWords.Hash("length", choice, prompt) % (uint)(longest - shortest + 1));

    [GeneratedRegex(@"^\[TOOLS\].*<\|user\|>call (?<name>\w+)\n<\|assistant\|>[^<]*$", RegexOptions.Singleline)]
    private static partial Regex Call();
}
