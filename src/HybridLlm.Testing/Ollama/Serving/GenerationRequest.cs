using System.Text.Json;

namespace HybridLlm.Testing.Ollama;

/// <summary>What <c>/api/chat</c> and <c>/api/generate</c> are asked, checked in the order Ollama checks it.</summary>
internal sealed record GenerationRequest
{
    private static readonly string[] s_thinkLevels = ["high", "medium", "low", "max"];

    public required bool Chat { get; init; }

    public required string Model { get; init; }

    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    public required string Suffix { get; init; }

    public required string Tools { get; init; }

    public required bool Raw { get; init; }

    public string? TemplateOverride { get; init; }

    /// <summary>Whether text was given; without, the request loads or unloads.</summary>
    public required bool HasPrompt { get; init; }

    public required bool Stream { get; init; }

    public required bool Logprobs { get; init; }

    public required int TopLogprobs { get; init; }

    public required bool RenderOnly { get; init; }

    public required bool Truncate { get; init; }

    public required bool? Shift { get; init; }

    public required bool? Think { get; init; }

    public required bool Images { get; init; }

    public required TimeSpan? KeepAlive { get; init; }

    public required JsonElement? Options { get; init; }

    public required JsonElement? Format { get; init; }

    public static GenerationRequest Read(string text, bool chat)
    {
        var body = GoBody.Parse(text, chat ? "ChatRequest" : "GenerateRequest");
        var raw = body.Flag("raw") ?? false;
        var (system, template) = (body.Text("system"), body.Text("template"));
        if (raw && (system.Length > 0 || template.Length > 0 || body.Get("context") is not null))
        {
            throw new ReplyException(400, "raw mode does not support template, system, or context");
        }

        var topLogprobs = body.Number("top_logprobs") ?? 0;
        if (topLogprobs is < 0 or > 20)
        {
            throw new ReplyException(400, "top_logprobs must be between 0 and 20");
        }

        var messages = chat ? ReadMessages(body) : ReadPrompt(body, system);
        return new GenerationRequest
        {
            Chat = chat,
            Model = body.Text("model"),
            Messages = messages,
            Suffix = body.Text("suffix"),
            Tools =
                body.Get("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0
                    ? tools.GetRawText()
                    : "",
            Raw = raw,
            TemplateOverride = template.Length > 0 ? template : null,
            HasPrompt = chat ? messages.Count > 0 : body.Text("prompt").Length > 0,
            Stream = body.Flag("stream") ?? true,
            Logprobs = body.Flag("logprobs") ?? false,
            TopLogprobs = topLogprobs,
            RenderOnly = body.Flag("_debug_render_only") ?? false,
            Truncate = body.Flag("truncate") ?? true,
            Shift = body.Flag("shift"),
            Think = ReadThink(body.Get("think")),
            Images = HasImages(body),
            KeepAlive = GoDuration.Parse(body.Get("keep_alive")),
            Options = body.Map("options"),
            Format = body.Get("format") is { } format && format.GetRawText() != "\"\"" ? format : null,
        };
    }

    private static List<PromptMessage> ReadMessages(GoBody body) =>
        [
            .. body.List("messages", "api.Message")
                .Select(m => new PromptMessage(
                    body.Text(m, "messages", "role"),
                    body.Text(m, "messages", "content"),
                    body.Text(m, "messages", "thinking"),
                    [.. ToolCalls(m)]
                )),
        ];

    private static List<PromptMessage> ReadPrompt(GoBody body, string system)
    {
        PromptMessage prompt = new("user", body.Text("prompt"), "", []);
        return system.Length > 0 ? [new PromptMessage("system", system, "", []), prompt] : [prompt];
    }

    private static IEnumerable<string> ToolCalls(JsonElement message) =>
        message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array
            ? calls
                .EnumerateArray()
                .Select(c => c.GetProperty("function"))
                .Select(f =>
                    $"{{\"name\":\"{f.GetProperty("name").GetString()}\",\"arguments\":{f.GetProperty("arguments").GetRawText()}}}"
                )
            : [];

    private static bool? ReadThink(JsonElement? value) =>
        value switch
        {
            null => null,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.String } level when s_thinkLevels.Contains(level.GetString()) => true,
            { } other => throw new ReplyException(
                400,
                $"invalid think value: {other.GetRawText()} (must be \"high\", \"medium\", \"low\", \"max\", true, or false)"
            ),
        };

    private static bool HasImages(GoBody body)
    {
        var images = body.List("images", "api.ImageData");
        foreach (var image in images)
        {
            if (!image.TryGetBytesFromBase64(out _))
            {
                throw new ReplyException(400, "illegal base64 data at input byte 0");
            }
        }

        return images.Count > 0;
    }
}
