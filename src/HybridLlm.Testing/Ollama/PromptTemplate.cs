using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// How messages become one prompt: the kinds that behave differently when an answer is continued, rendered as Ollama renders them.
/// </summary>
public sealed class PromptTemplate
{
    private const string User = "user";
    private const string Assistant = "assistant";

    private readonly Func<PromptParts, string> _render;

    private PromptTemplate(string go, Func<PromptParts, string> render, string? renderer = null, string bos = "")
    {
        (_render, GoTemplate, Renderer, Bos) = (render, go, renderer, bos);
    }

    /// <summary>Role tags; a trailing assistant message is a closed turn and another one opens.</summary>
    public static PromptTemplate Plain { get; } =
        new(
            "{{- range .Messages }}<|{{ .Role }}|>{{ .Content }}\n{{ end }}<|assistant|>",
            p => Each(p, m => $"<|{m.Role}|>{m.Content}\n") + "<|assistant|>"
        );

    /// <summary>As in Ollama's library for Llama 3.1: a trailing assistant message stays open and is continued.</summary>
    public static PromptTemplate Llama3Library { get; } =
        new(
            """
            {{- range $i, $_ := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}<|start_header_id|>{{ .Role }}<|end_header_id|>

            {{ .Content }}{{ if not (and $last (eq .Role "assistant")) }}<|eot_id|>{{ end }}{{ if and $last (ne .Role "assistant") }}<|start_header_id|>assistant<|end_header_id|>

            {{ end }}{{- end }}
            """,
            p => Open(p, m => Llama3Turn(m), Llama3Header(Assistant), "<|eot_id|>")
        );

    /// <summary>Ollama's built-in template for Llama 3, taken when a model brings none: always opens a new turn.</summary>
    public static PromptTemplate Llama3 { get; } =
        new(
            "{{- range .Messages }}<|start_header_id|>{{ .Role }}<|end_header_id|>\n\n{{ .Content }}<|eot_id|>\n{{- end }}<|start_header_id|>assistant<|end_header_id|>\n\n",
            p => Each(p, m => Llama3Turn(m) + "<|eot_id|>") + Llama3Header(Assistant)
        );

    /// <summary>ChatML: always opens a new turn.</summary>
    public static PromptTemplate ChatMl { get; } =
        new(ChatMlGo, p => Each(p, m => ChatMlTurn(m) + "<|im_end|>\n") + "<|im_start|>assistant\n");

    /// <summary>The built-in renderer qwen3-coder: ChatML that leaves a trailing assistant message open.</summary>
    public static PromptTemplate Qwen3Coder { get; } =
        new(ChatMlGo, p => Open(p, ChatMlTurn, "<|im_start|>assistant\n", "<|im_end|>\n"), "qwen3-coder");

    /// <summary>The built-in renderer qwen3-vl-thinking: opens a thought, and puts an empty one before a trailing assistant message.</summary>
    public static PromptTemplate Qwen3VlThinking { get; } = new(ChatMlGo, QwenThinking, "qwen3-vl-thinking");

    /// <summary>The built-in renderer lfm2: writes the start token as text; leaves a trailing assistant message open.</summary>
    public static PromptTemplate Lfm2 { get; } =
        new(
            ChatMlGo,
            p => "<|startoftext|>" + Open(p, ChatMlTurn, "<|im_start|>assistant\n", "<|im_end|>\n"),
            "lfm2",
            "<|startoftext|>"
        );

    /// <summary>The built-in renderer deepseek3.1: writes the start token as text; closes a trailing assistant message and opens none.</summary>
    public static PromptTemplate DeepSeek31 { get; } =
        new(ChatMlGo, DeepSeek, "deepseek3.1", "<｜begin▁of▁sentence｜>");

    /// <summary>The built-in renderer gemma4: trims messages, writes the start token as the text that <c>raw</c> strips too.</summary>
    public static PromptTemplate Gemma4 { get; } =
        new(
            ChatMlGo,
            p =>
                "<bos>"
                + Each(p, m => $"<|turn>{(m.Role == Assistant ? "model" : m.Role)}\n{m.Content.Trim()}<turn|>\n")
                + "<|turn>model\n",
            "gemma4",
            "<bos>"
        );

    /// <summary>The old kind, <c>{{ .Prompt }} {{ .Response }}</c>: what is said last is continued.</summary>
    public static PromptTemplate PromptResponse { get; } =
        new("{{ .Prompt }} {{ .Response }}", p => Turns(p, (system, prompt) => $"{Join(system, prompt)} "));

    /// <summary>The old kind with a system part.</summary>
    public static PromptTemplate SystemPromptResponse { get; } =
        new(
            "{{ if .System }}<|system|>{{ .System }}\n{{ end }}<|user|>{{ .Prompt }}\n<|assistant|>{{ .Response }}",
            p =>
                Turns(
                    p,
                    (system, prompt) =>
                        $"{(system.Length > 0 ? $"<|system|>{system}\n" : "")}<|user|>{prompt}\n<|assistant|>"
                )
        );

    /// <summary><see cref="Plain"/> with tools.</summary>
    public static PromptTemplate Tools { get; } =
        new(
            "{{- if .Tools }}[TOOLS] {{ .Tools }} [/TOOLS]{{ end }}{{- range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ if .ToolCalls }}{{ range .ToolCalls }}<tool_call>{\"name\":\"{{ .Function.Name }}\",\"arguments\":{{ .Function.Arguments }}}</tool_call>{{ end }}{{ end }}\n{{ end }}<|assistant|>",
            p =>
                (p.Tools.Length > 0 ? $"[TOOLS] {p.Tools} [/TOOLS]" : "")
                + Each(
                    p,
                    m =>
                        $"<|{m.Role}|>{m.Content}{string.Concat(m.ToolCalls.Select(c => $"<tool_call>{c}</tool_call>"))}\n"
                )
                + "<|assistant|>"
        );

    /// <summary>Fill in the middle.</summary>
    public static PromptTemplate Insert { get; } =
        new("<pre>{{ .Prompt }}<suf>{{ .Suffix }}<mid>", p => $"<pre>{p.Messages[^1].Content}<suf>{p.Suffix}<mid>");

    /// <summary>The template as Ollama shows it; ignored by models with a renderer.</summary>
    public string GoTemplate { get; }

    /// <summary>Name of the built-in renderer used instead of the template; null if none.</summary>
    public string? Renderer { get; }

    /// <summary>The start token this kind writes as text; empty if none.</summary>
    internal string Bos { get; }

    private const string ChatMlGo =
        "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n";

    internal string Render(PromptParts parts) => _render(parts);

    private static string Each(PromptParts parts, Func<PromptMessage, string> turn) =>
        string.Concat(parts.Messages.Select(turn));

    /// <summary>Turns that end with <paramref name="close"/>, but for a trailing assistant message, which stays open.</summary>
    private static string Open(PromptParts parts, Func<PromptMessage, string> turn, string header, string close)
    {
        var open = parts.Messages.Count > 0 && parts.Messages[^1].Role == Assistant;
        var text = string.Concat(parts.Messages.SkipLast(open ? 1 : 0).Select(m => turn(m) + close));
        return text + (open ? turn(parts.Messages[^1]) : header);
    }

    private static string QwenThinking(PromptParts parts)
    {
        var open = parts.Messages.Count > 0 && parts.Messages[^1].Role == Assistant;
        var text = string.Concat(parts.Messages.SkipLast(open ? 1 : 0).Select(m => ChatMlTurn(m) + "<|im_end|>\n"));
        text += "<|im_start|>assistant\n";
        return open
            ? text + $"<think>\n{parts.Messages[^1].Thinking}\n</think>\n\n{parts.Messages[^1].Content}"
            : text + "<think>\n";
    }

    private static string DeepSeek(PromptParts parts)
    {
        StringBuilder text = new("<｜begin▁of▁sentence｜>");
        foreach (var message in parts.Messages)
        {
            text.Append(
                message.Role switch
                {
                    User => $"<｜User｜>{message.Content}<｜Assistant｜></think>",
                    Assistant => $"{message.Content}<｜end▁of▁sentence｜>",
                    _ => message.Content,
                }
            );
        }

        return text.ToString();
    }

    /// <summary>Old templates see one system, prompt and response at a time; the last response is left open.</summary>
    private static string Turns(PromptParts parts, Func<string, string, string> before)
    {
        StringBuilder text = new();
        var (system, prompt) = ("", "");
        foreach (var message in parts.Messages)
        {
            if (message.Role == "system")
            {
                system = message.Content;
            }
            else if (message.Role == User)
            {
                prompt = message.Content;
            }
            else
            {
                text.Append(before(system, prompt)).Append(message.Content);
                (system, prompt) = ("", "");
            }
        }

        return prompt.Length > 0 ? text.Append(before(system, prompt)).ToString() : text.ToString();
    }

    private static string Join(string system, string prompt) => system.Length > 0 ? $"{system} {prompt}" : prompt;

    private static string Llama3Header(string role) => $"<|start_header_id|>{role}<|end_header_id|>\n\n";

    private static string Llama3Turn(PromptMessage message) => Llama3Header(message.Role) + message.Content;

    private static string ChatMlTurn(PromptMessage message) => $"<|im_start|>{message.Role}\n{message.Content}";
}

/// <summary>What a template renders.</summary>
internal sealed record PromptParts(IReadOnlyList<PromptMessage> Messages, string Suffix = "", string Tools = "");

/// <summary>One message of a prompt.</summary>
internal sealed record PromptMessage(string Role, string Content, string Thinking, IReadOnlyList<string> ToolCalls);
