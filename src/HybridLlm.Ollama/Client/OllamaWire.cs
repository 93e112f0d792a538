using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Ollama;

/// <summary>Sends requests and turns every way they can fail before the answer's body into its exception.</summary>
internal sealed class OllamaWire(HttpMessageInvoker http, Uri address)
{
    private const int MaxErrorCharacters = 4096;

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    // The body goes to a server that reads JSON, never into a page: escaping every non-ASCII letter would only swell it.
    private static readonly JsonWriterOptions s_relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ConcurrentDictionary<string, Uri> _paths = new(StringComparer.Ordinal);

    public Uri Address => address;

    /// <summary>The response's head; its body is not read yet.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        IReadOnlyDictionary<string, string>? headers,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = new(method, UriOf(path)) { Content = content };
        if (headers is not null)
        {
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var response = await SendHeadAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var error = await ReadErrorAsync(response, cancellationToken).ConfigureAwait(false);
            throw new OllamaResponseException($"{method} {path}", response.StatusCode, error, RetryAfter(response));
        }
    }

    /// <summary>The answer's whole body as JSON.</summary>
    public async Task<JsonDocument> SendForJsonAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        IReadOnlyDictionary<string, string>? headers,
        CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(method, path, content, headers, cancellationToken).ConfigureAwait(false);
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                return await JsonDocument.ParseAsync(body, default, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new OllamaCutException(0, e);
        }
        catch (JsonException e)
        {
            throw new OllamaMalformedException(e.Message, 0, e);
        }
    }

    public static HttpContent Json(JsonObject body) => Json(body.WriteTo);

    /// <summary>The request with an answer in lines and the probabilities of its tokens.</summary>
    /// <param name="body">The request.</param>
    /// <param name="likeliest">How many tokens are wanted beside each token.</param>
    public static HttpContent Json(JsonObject body, int likeliest) =>
        Json(
            (writer, _) =>
            {
                writer.WriteStartObject();
                foreach (var (name, value) in body)
                {
                    if (name is not ("stream" or "logprobs" or "top_logprobs"))
                    {
                        writer.WritePropertyName(name);
                        WriteValue(writer, value);
                    }
                }

                writer.WriteBoolean("stream"u8, true);
                writer.WriteBoolean("logprobs"u8, true);
                writer.WriteNumber("top_logprobs"u8, likeliest);
                writer.WriteEndObject();
            }
        );

    private static void WriteValue(Utf8JsonWriter writer, JsonNode? value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    }

    private static ReadOnlyMemoryContent Json(Action<Utf8JsonWriter, JsonSerializerOptions?> write)
    {
        ArrayBufferWriter<byte> bytes = new(512);
        using (Utf8JsonWriter writer = new(bytes, s_relaxed))
        {
            write(writer, null);
        }

        return new ReadOnlyMemoryContent(bytes.WrittenMemory) { Headers = { ContentType = s_json } };
    }

    private Uri UriOf(string path) =>
        // Blobs have paths of their own, which would pile up.
        path.Length < 20
            ? _paths.GetOrAdd(path, static (p, root) => new Uri(root, p), address)
            : new Uri(address, path);

    private async Task<HttpResponseMessage> SendHeadAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        try
        {
            // Through its base type an HttpClient would hold the answer back until its last byte.
            return http is HttpClient client
                ? await client
                    .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                    .ConfigureAwait(false)
                : await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw NeverConnected(e) ? new OllamaUnreachableException(address, e) : new OllamaCutException(0, e);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new OllamaUnreachableException(address, e);
        }
    }

    private static bool NeverConnected(HttpRequestException e) =>
        e.HttpRequestError
            is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError;

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string body;
        try
        {
            body = await ReadStartAsync(response.Content, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The status is worth more than the words that were lost on the way.
            return "";
        }

        try
        {
            using var json = JsonDocument.Parse(body);
            return
                json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("error", out var error)
                ? error.ToString()
                : body;
        }
        catch (JsonException)
        {
            return body.Trim();
        }
    }

    private static async Task<string> ReadStartAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using StreamReader reader = new(stream, Encoding.UTF8);
        var buffer = new char[MaxErrorCharacters];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken).ConfigureAwait(false);
        return new string(buffer, 0, length);
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when response.Headers.Date is { } now => date > now ? date - now : TimeSpan.Zero,
            _ => null,
        };
}
