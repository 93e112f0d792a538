using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace HybridLlm.Ollama.Kubernetes.Yaml;

/// <summary>Writes documents event by event, which needs no reflection, with each reason as a comment.</summary>
internal static partial class YamlText
{
    // What YAML 1.1 readers, Kubernetes' among them, take for something else than text.
    private static readonly HashSet<string> s_notText = new(StringComparer.OrdinalIgnoreCase)
    {
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "null",
    };

    public static string Write(IEnumerable<YamlMap> documents)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Emitter emitter = new(text, new EmitterSettings().WithIndentedSequences().WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        foreach (var document in documents)
        {
            emitter.Emit(new DocumentStart(null, null, isImplicit: false));
            Emit(emitter, document);
            emitter.Emit(new DocumentEnd(isImplicit: true));
        }

        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, object value)
    {
        switch (value)
        {
            case YamlMap map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, Style(map)));
                foreach (var field in map)
                {
                    if (field.Why is { } why)
                    {
                        emitter.Emit(new Comment(why, isInline: false));
                    }

                    emitter.Emit(Plain(field.Key, quoted: !IsPlain(field.Key)));
                    Emit(emitter, field.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case string text:
                emitter.Emit(text.Contains('\n') ? Literal(text) : Plain(text, quoted: !IsPlain(text)));
                break;
            case IEnumerable list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                foreach (var item in list)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case bool truth:
                emitter.Emit(Plain(truth ? "true" : "false", quoted: false));
                break;
            default:
                emitter.Emit(Plain(Convert.ToString(value, CultureInfo.InvariantCulture)!, quoted: false));
                break;
        }
    }

    private static MappingStyle Style(YamlMap map) => map.Any() ? MappingStyle.Block : MappingStyle.Flow;

    private static Scalar Literal(string text) =>
        new(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Literal, isPlainImplicit: true, isQuotedImplicit: true);

    private static Scalar Plain(string text, bool quoted) =>
        new(
            AnchorName.Empty,
            TagName.Empty,
            text,
            quoted ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain,
            isPlainImplicit: true,
            isQuotedImplicit: true
        );

    private static bool IsPlain(string text) => PlainText().IsMatch(text) && !s_notText.Contains(text);

    [GeneratedRegex(@"^[A-Za-z/][\w./@-]*(:[\w./@-]+)*$")]
    private static partial Regex PlainText();
}
