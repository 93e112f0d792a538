using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>POST /api/chat</c> and <c>POST /api/generate</c>: silent until the model is resident and the first token exists.</summary>
internal sealed class GenerationEndpoint(EmulatorState state)
{
    private static readonly string[] s_types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    public async Task HandleAsync(HttpContext context, LiveRequest live, string body, bool chat)
    {
        var request = GenerationRequest.Read(body, chat);
        if (chat && request.Model.Length == 0)
        {
            throw new ReplyException(400, "model is required");
        }

        var model = state.Find(request.Model, name => $"model '{name}' not found").Model;
        GenerationLines lines = new(request, state.Clock);
        if (!request.HasPrompt && request.KeepAlive == TimeSpan.Zero)
        {
            state.Runners.Unload(model);
            await Reply.JsonAsync(context, lines.Resident("unload")).ConfigureAwait(false);
            return;
        }

        CheckCapabilities(request, model);
        var run = RunOptions.Parse(request.Options, request.Shift, model, state.Options.ContextLength);
        var started = state.Clock.GetTimestamp();
        var runner = await state.Runners.AcquireAsync(model, run, request.KeepAlive, live.Ended).ConfigureAwait(false);
        try
        {
            var load = state.Clock.GetElapsedTime(started);
            if (!request.HasPrompt)
            {
                await Reply.JsonAsync(context, lines.Resident("load")).ConfigureAwait(false);
                return;
            }

            var rendered = Render(request, model);
            if (request.RenderOnly)
            {
                await Reply.JsonAsync(context, lines.Rendered(rendered)).ConfigureAwait(false);
                return;
            }

            CheckFormat(request);
            var prompt = await PromptAsync(request, run, model, rendered, live.Ended).ConfigureAwait(false);
            GenerationAnswer answer = new(state, request, run, runner, lines, started, load);
            await runner.Slots.EnterAsync(live.Ended).ConfigureAwait(false);
            try
            {
                await answer.SendAsync(context, live, prompt).ConfigureAwait(false);
            }
            finally
            {
                runner.Slots.Leave();
            }
        }
        finally
        {
            state.Runners.Release(runner);
        }
    }

    private static void CheckCapabilities(GenerationRequest request, EmulatedModel model)
    {
        if (!model.Can("completion"))
        {
            throw new ReplyException(
                400,
                $"\"{request.Model}\" does not support {(request.Chat ? "chat" : "generate")}"
            );
        }

        if (request.Think is true && !model.Can("thinking"))
        {
            throw new ReplyException(400, $"\"{request.Model}\" does not support thinking");
        }

        var lacking =
            request.Tools.Length > 0 && !model.Can("tools") ? "tools"
            : request.Suffix.Length > 0 && !model.Can("insert") ? "insert"
            : null;
        if (lacking is not null)
        {
            throw new ReplyException(400, $"registry.ollama.ai/library/{model.FullName} does not support {lacking}");
        }
    }

    /// <summary>What only the engine refuses.</summary>
    private static void CheckFormat(GenerationRequest request)
    {
        if (request.Images)
        {
            const string Text = "Multimodal data provided, but model does not support multimodal requests.";
            throw new ReplyException(400, Nested(Text), request.Stream);
        }

        if (request.Format is not { } format)
        {
            return;
        }

        if (format.ValueKind != JsonValueKind.Object && format.GetRawText() != "\"json\"")
        {
            var given = format.GetRawText().Replace("\"", "\\\"", StringComparison.Ordinal);
            throw new ReplyException(
                500,
                $"invalid format: \"{given}\"; expected \"json\" or a valid JSON Schema object",
                request.Stream
            );
        }

        if (
            format.ValueKind == JsonValueKind.Object
            && format.TryGetProperty("type", out var type)
            && !s_types.Contains(type.ToString())
        )
        {
            var text =
                $"Field 'json_schema': \\\"json_schema\\\": JSON schema conversion failed:\\nJSON schema error at #: unrecognized type {type}";
            throw new ReplyException(400, Nested(text), request.Stream);
        }
    }

    private static string Render(GenerationRequest request, EmulatedModel model)
    {
        if (request.Raw)
        {
            return request.Messages[^1].Content;
        }

        if (request.TemplateOverride is { } template)
        {
            return template.AsSpan().Count("{{") == template.AsSpan().Count("}}")
                ? template.Replace("{{ .Prompt }}", request.Messages[^1].Content, StringComparison.Ordinal)
                : throw new ReplyException(500, "template: :1: unclosed action");
        }

        return model.Template.Render(new PromptParts(request.Messages, request.Suffix, request.Tools));
    }

    /// <summary>What the tokenizer gets: without a start token written out, as it adds its own, and cut to fit the context.</summary>
    private async Task<Prompt> PromptAsync(
        GenerationRequest request,
        RunOptions run,
        EmulatedModel model,
        string rendered,
        CancellationToken cancellationToken
    )
    {
        var bos = request.Raw ? PromptTemplate.Gemma4.Bos : model.Template.Bos;
        var text =
            model.AddsBos && bos.Length > 0 && rendered.StartsWith(bos, StringComparison.Ordinal)
                ? rendered[bos.Length..]
                : rendered;
        var tokens = await state.Options.Engine.CountTokensAsync(model, text, cancellationToken).ConfigureAwait(false);
        if (tokens <= run.NumCtx)
        {
            return new Prompt(text, tokens);
        }

        if (!request.Truncate)
        {
            throw new ReplyException(
                400,
                Nested(
                    $"request ({tokens} tokens) exceeds the available context size ({run.NumCtx} tokens), try increasing it",
                    "exceed_context_size_error",
                    $",\"n_prompt_tokens\":{tokens},\"n_ctx\":{run.NumCtx}"
                ),
                request.Stream
            );
        }

        if (request.Shift is false)
        {
            throw new ReplyException(
                400,
                "the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length"
            );
        }

        var kept = text[^(text.Length * (run.NumCtx / 2) / tokens)..];
        return new Prompt(
            kept,
            await state.Options.Engine.CountTokensAsync(model, kept, cancellationToken).ConfigureAwait(false)
        );
    }

    private static string Nested(string message, string type = "invalid_request_error", string more = "") =>
        $"{{\"error\":{{\"code\":400,\"message\":\"{message}\",\"type\":\"{type}\"{more}}}}}";
}

/// <summary>A prompt ready for the model.</summary>
internal sealed record Prompt(string Text, int Tokens);
