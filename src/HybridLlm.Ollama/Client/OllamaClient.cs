using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using HybridLlm.Ollama.Models;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Ollama;

/// <summary>
/// One Ollama server. Every way an answer can fail surfaces as what it is: an <see cref="OllamaException"/> says what happened
/// and what to do, and a cancelled call throws <see cref="OperationCanceledException"/>, also while the server is silent.
/// </summary>
/// <remarks>
/// The server sends nothing, not even headers, until the model is loaded and the first token exists: minutes for a cold large
/// model. So this client has no time-out of its own; cancel by token. Safe for concurrent use.
/// </remarks>
public sealed class OllamaClient : IDisposable
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    private readonly OllamaWire _wire;
    private readonly HttpMessageInvoker? _owned;

    /// <summary>A client with connections of its own, which go when it is disposed.</summary>
    /// <param name="address">Root of the server, e.g. <c>http://127.0.0.1:11434</c>.</param>
    /// <exception cref="ArgumentException">The address is no HTTP root.</exception>
    public OllamaClient(Uri address)
    {
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = s_connectTimeout,
            // The end of a whole answer is waited for, so that its connection can be used again. One more byte of an answer that is
            // left early closes it: reading the rest would keep the GPU busy with it.
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(100),
            MaxResponseDrainSize = 1,
        };
        _owned = new HttpMessageInvoker(handler);
        _wire = new OllamaWire(_owned, Root(address));
        Models = new OllamaModels(this, _wire);
    }

    /// <summary>A client over the caller's <see cref="HttpClient"/> or handler chain, which stays the caller's.</summary>
    /// <param name="http">Where requests go. An <see cref="HttpClient"/> must have no time-out.</param>
    /// <param name="address">Root of the server, e.g. <c>http://127.0.0.1:11434</c>.</param>
    /// <exception cref="ArgumentException"><see cref="HttpClient.Timeout"/> is finite, or the address is no HTTP root.</exception>
    public OllamaClient(HttpMessageInvoker http, Uri address)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http is HttpClient { Timeout: var timeout } && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException(
                $"HttpClient.Timeout is {timeout.TotalSeconds:0} s, and Ollama sends no headers until a model is loaded. Set it to Timeout.InfiniteTimeSpan.",
                nameof(http)
            );
        }

        _wire = new OllamaWire(http, Root(address));
        Models = new OllamaModels(this, _wire);
    }

    /// <summary>Root of the server, with a slash at its end.</summary>
    public Uri Address => _wire.Address;

    /// <summary>Pulls, makes, copies and deletes models.</summary>
    public OllamaModels Models { get; }

    /// <summary>The server's version, e.g. <c>0.33.0</c>.</summary>
    public async Task<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        using var reply = await GetAsync("api/version", cancellationToken).ConfigureAwait(false);
        return reply.RootElement.TryGetProperty("version", out var version) ? version.ToString() : "";
    }

    /// <summary>Models on the server's disk.</summary>
    public async Task<IReadOnlyList<InstalledModel>> ListInstalledAsync(CancellationToken cancellationToken = default)
    {
        using var reply = await GetAsync("api/tags", cancellationToken).ConfigureAwait(false);
        return ModelReplies.Installed(reply.RootElement);
    }

    /// <summary>Models in memory, the one that stays longest first.</summary>
    public async Task<IReadOnlyList<ResidentModel>> ListResidentAsync(CancellationToken cancellationToken = default)
    {
        using var reply = await GetAsync("api/ps", cancellationToken).ConfigureAwait(false);
        return ModelReplies.Resident(reply.RootElement);
    }

    /// <summary>What a model is made of.</summary>
    /// <exception cref="OllamaResponseException">404: the server does not have it.</exception>
    public async Task<ModelDescription> ShowAsync(string model, CancellationToken cancellationToken = default)
    {
        JsonObject body = new() { ["model"] = model };
        using var reply = await PostAsync("api/show", body, null, cancellationToken).ConfigureAwait(false);
        return ModelReplies.Description(reply.RootElement);
    }

    /// <summary>Answers messages. The last chunk is <see cref="OllamaChunk.Done"/>; an answer that ends otherwise throws.</summary>
    /// <exception cref="OllamaResponseException">The server refused, or could not load the model.</exception>
    /// <exception cref="OllamaStreamException">The answer broke off.</exception>
    /// <exception cref="OllamaUnreachableException">No connection.</exception>
    public IAsyncEnumerable<OllamaChunk> ChatAsync(ChatRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return PostStreamAsync(
            "api/chat",
            Body(request, OllamaJson.Default.ChatRequest),
            request.CustomHeaders,
            cancellationToken
        );
    }

    /// <summary>Continues a prompt. The last chunk is <see cref="OllamaChunk.Done"/>; an answer that ends otherwise throws.</summary>
    /// <exception cref="OllamaResponseException">The server refused, or could not load the model.</exception>
    /// <exception cref="OllamaStreamException">The answer broke off.</exception>
    /// <exception cref="OllamaUnreachableException">No connection.</exception>
    public IAsyncEnumerable<OllamaChunk> GenerateAsync(
        GenerateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return PostStreamAsync(
            "api/generate",
            Body(request, OllamaJson.Default.GenerateRequest),
            request.CustomHeaders,
            cancellationToken
        );
    }

    /// <summary>As <see cref="ChatAsync"/> and <see cref="GenerateAsync"/>, for fields those requests lack, e.g. <c>logprobs</c> or <c>shift</c>.</summary>
    /// <param name="api">Where to post.</param>
    /// <param name="body">The request; <c>stream</c> is set to true in a copy.</param>
    /// <param name="cancellationToken">Ends the call; the server then stops generating.</param>
    public IAsyncEnumerable<OllamaChunk> StreamAsync(
        OllamaApi api,
        JsonObject body,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(body);
        return PostStreamAsync(Path(api), Copy(body), null, cancellationToken);
    }

    /// <summary>As <see cref="StreamAsync"/>, with the probabilities of tokens, and without a copy of the request.</summary>
    /// <param name="api">Where to post.</param>
    /// <param name="body">The request.</param>
    /// <param name="likeliest">How many tokens are wanted beside each token; 1 or more.</param>
    /// <param name="hideLogprobs">Leaves the probabilities out of the lines as they are given out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    internal Task<AnswerStream> OpenAsync(
        OllamaApi api,
        JsonObject body,
        int likeliest,
        bool hideLogprobs,
        CancellationToken cancellationToken
    ) => OpenAsync(Path(api), OllamaWire.Json(body, likeliest), null, hideLogprobs, cancellationToken);

    /// <summary>The prompt the server would give the model, by its template. Loads the model; generates nothing.</summary>
    /// <remarks>Uses <c>_debug_render_only</c>, in Ollama since 0.11.5.</remarks>
    /// <param name="api">Where to post.</param>
    /// <param name="body">The request as it would be sent.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OllamaMalformedException">The server is too old to render.</exception>
    public async Task<string> RenderAsync(OllamaApi api, JsonObject body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        var copy = Copy(body);
        copy["stream"] = false;
        copy["_debug_render_only"] = true;
        using var reply = await PostAsync(Path(api), copy, null, cancellationToken).ConfigureAwait(false);
        return
            reply.RootElement.TryGetProperty("_debug_info", out var info)
            && info.TryGetProperty("rendered_template", out var rendered)
            && rendered.GetString() is { } text
            ? text
            : throw new OllamaMalformedException("it has no rendered_template; Ollama renders since 0.11.5.", 0);
    }

    /// <summary>Loads a model and returns when it is resident.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="keepAlive">How long it then stays unused; <see cref="Timeout.InfiniteTimeSpan"/> for ever; null for the server's default.</param>
    /// <param name="contextLength">Context of one request, tokens; null for the server's default. Another value than it is loaded with reloads it.</param>
    /// <param name="cancellationToken">Ends the call, and with it the load if nobody else waits for it.</param>
    public async Task PreloadAsync(
        string model,
        TimeSpan? keepAlive = null,
        int? contextLength = null,
        CancellationToken cancellationToken = default
    )
    {
        JsonObject body = new() { ["model"] = model, ["stream"] = false };
        if (keepAlive is { } stay)
        {
            body["keep_alive"] = KeepAlive.Format(stay);
        }

        if (contextLength is { } length)
        {
            body["options"] = new JsonObject { ["num_ctx"] = length };
        }

        using var reply = await PostAsync("api/generate", body, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Frees a model's memory; answers that are running go on to their end first. Unknown to the server is an error, not resident is not.</summary>
    public async Task UnloadAsync(string model, CancellationToken cancellationToken = default)
    {
        JsonObject body = new()
        {
            ["model"] = model,
            ["stream"] = false,
            ["keep_alive"] = 0,
        };
        using var reply = await PostAsync("api/generate", body, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One vector an input.</summary>
    /// <exception cref="OllamaResponseException">501: the model makes no embeddings.</exception>
    public async Task<EmbedResponse> EmbedAsync(EmbedRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = Body(request, OllamaJson.Default.EmbedRequest);
        using var reply = await PostAsync("api/embed", body, request.CustomHeaders, cancellationToken)
            .ConfigureAwait(false);
        return reply.RootElement.Deserialize(OllamaJson.Default.EmbedResponse)
            ?? throw new OllamaMalformedException("it is null.", 0);
    }

    /// <summary>Closes connections this client made itself.</summary>
    public void Dispose() => _owned?.Dispose();

    private async IAsyncEnumerable<OllamaChunk> PostStreamAsync(
        string path,
        JsonObject body,
        IReadOnlyDictionary<string, string>? headers,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        body["stream"] = true;
        using var answer = await OpenAsync(path, OllamaWire.Json(body), headers, false, cancellationToken)
            .ConfigureAwait(false);
        OllamaChunk chunk;
        do
        {
            chunk = await answer.Lines.ReadAsync(cancellationToken).ConfigureAwait(false);
            yield return chunk;
        } while (!chunk.Done);
    }

    private async Task<AnswerStream> OpenAsync(
        string path,
        HttpContent content,
        IReadOnlyDictionary<string, string>? headers,
        bool hideLogprobs,
        CancellationToken cancellationToken
    )
    {
        using (content)
        {
            var response = await _wire
                .SendAsync(HttpMethod.Post, path, content, headers, cancellationToken)
                .ConfigureAwait(false);
            try
            {
                var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                return new AnswerStream(response, new ChunkReader(stream, hideLogprobs));
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }

    private Task<JsonDocument> GetAsync(string path, CancellationToken cancellationToken) =>
        _wire.SendForJsonAsync(HttpMethod.Get, path, null, null, cancellationToken);

    private async Task<JsonDocument> PostAsync(
        string path,
        JsonObject body,
        IReadOnlyDictionary<string, string>? headers,
        CancellationToken cancellationToken
    )
    {
        using var content = OllamaWire.Json(body);
        return await _wire
            .SendForJsonAsync(HttpMethod.Post, path, content, headers, cancellationToken)
            .ConfigureAwait(false);
    }

    private static Uri Root(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return
            address.IsAbsoluteUri
            && address.Scheme is "http" or "https"
            && address.Query.Length + address.Fragment.Length == 0
            ? new Uri(address.AbsoluteUri.TrimEnd('/') + "/")
            : throw new ArgumentException(
                $"{address} is not an absolute http or https address without a query.",
                nameof(address)
            );
    }

    private static string Path(OllamaApi api) => api == OllamaApi.Chat ? "api/chat" : "api/generate";

    private static JsonObject Copy(JsonObject body) => body.DeepClone().AsObject();

    private static JsonObject Body<T>(T request, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToNode(request, type)!.AsObject();
        // OllamaSharp's base class keeps HTTP headers among the request's properties.
        body.Remove(nameof(OllamaRequest.CustomHeaders));
        return body;
    }
}
