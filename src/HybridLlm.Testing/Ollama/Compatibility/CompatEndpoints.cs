using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>/v1/*</c>: OpenAI's and Anthropic's APIs, each request turned into a native one and answered by its endpoint.</summary>
internal sealed class CompatEndpoints(EmulatorState state, GenerationEndpoint generation, EmbeddingEndpoint embeddings)
{
    public const string Models = "/v1/models";

    public Task ChatAsync(HttpContext context, LiveRequest live, string body) =>
        AnswerAsync(context, live, body, new OpenAiChat(state.Clock), chat: true);

    public Task CompletionAsync(HttpContext context, LiveRequest live, string body) =>
        AnswerAsync(context, live, body, new OpenAiCompletion(state.Clock), chat: false);

    public Task MessagesAsync(HttpContext context, LiveRequest live, string body) =>
        AnswerAsync(context, live, body, new AnthropicMessages(state.Clock), chat: true);

    public Task ResponsesAsync(HttpContext context, LiveRequest live, string body) =>
        AnswerAsync(context, live, body, new OpenAiResponse(state.Clock), chat: true);

    public async Task EmbeddingsAsync(HttpContext context, LiveRequest live, string body)
    {
        OpenAiEmbeddings writer = new(state.Clock);
        context.Features.Set<CompatWriter>(writer);
        var native = writer.Read(body).ToJsonString();
        await embeddings.EmbedAsync(context, live, native).ConfigureAwait(false);
    }

    public Task ModelsAsync(HttpContext context) =>
        SendAsync(
            context,
            new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray([.. state.Models.All.Select(m => (JsonNode)Model(m, m.Model.FullName))]),
            }
        );

    public Task ModelAsync(HttpContext context)
    {
        var name = context.Request.Path.Value![(Models.Length + 1)..];
        return state.Models.Find(name) is { } model
            ? SendAsync(context, Model(model, name))
            : SendAsync(
                context,
                new OpenAiChat(state.Clock).Error(404, $"model '{ModelStore.FullName(name)}' not found"),
                404
            );
    }

    private static Task SendAsync(HttpContext context, JsonObject answer, int status = 200) =>
        Reply.TextAsync(context, CompatWriter.Text(answer) + "\n", "application/json", status);

    private async Task AnswerAsync(HttpContext context, LiveRequest live, string body, CompatWriter writer, bool chat)
    {
        context.Features.Set(writer);
        var native = writer.Read(body).ToJsonString();
        await generation.HandleAsync(context, live, native, chat).ConfigureAwait(false);
    }

    private static JsonObject Model(StoredModel stored, string id) =>
        new()
        {
            ["id"] = id,
            ["object"] = "model",
            ["created"] = stored.ModifiedAt.ToUnixTimeSeconds(),
            ["owned_by"] = "library",
        };
}
