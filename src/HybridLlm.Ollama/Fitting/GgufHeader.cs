using System.Net.Http.Headers;
using System.Text.Json;

namespace HybridLlm.Ollama.Fitting;

/// <summary>The values at the beginning of a GGUF file, which tell a model's shape without its weights. From ggml's <c>docs/gguf.md</c>.</summary>
public sealed record GgufHeader
{
    // The tokens of the largest vocabularies, with their merges, are some 20 MiB.
    private const long MostBytes = 64 * 1024 * 1024;

    internal GgufHeader() { }

    /// <summary>Where it was read.</summary>
    public required string File { get; init; }

    /// <summary>The whole file, bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Version of the format; 2 or 3.</summary>
    public required int Version { get; init; }

    /// <summary>Tensors in the file.</summary>
    public required long Tensors { get; init; }

    /// <summary>Values by key, e.g. <c>llama.block_count</c>. Lists of more than 4096 elements, such as the vocabulary, are left out.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Values { get; init; }

    /// <summary>Reads the header of a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GgufException">It is no GGUF file.</exception>
    public static async Task<GgufHeader> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = System.IO.File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            return await new GgufReader(file, path, MostBytes)
                .ReadAsync(file.Length, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Reads the header of a file on the web: asks for its first 64 MiB only, and leaves as soon as it knows.</summary>
    /// <param name="http">The client.</param>
    /// <param name="address">The file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GgufException">It is no GGUF file, or the server does not say how large it is.</exception>
    /// <exception cref="HttpRequestException">It cannot be had.</exception>
    public static async Task<GgufHeader> ReadAsync(
        HttpClient http,
        Uri address,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(address);
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Range = new RangeHeaderValue(0, MostBytes - 1);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        // A server that knows no ranges sends the whole file, as long as it is listened to.
        var name = address.GetLeftPart(UriPartial.Path);
        var size =
            response.Content.Headers.ContentRange?.Length
            ?? (response.StatusCode == System.Net.HttpStatusCode.OK ? response.Content.Headers.ContentLength : null)
            ?? throw new GgufException(name, "the server does not say how large it is.");
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            return await new GgufReader(body, name, MostBytes).ReadAsync(size, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The figures that decide the model's memory.</summary>
    /// <exception cref="GgufException">The header lacks one, e.g. because it is a projector's or an adapter's.</exception>
    public ModelShape ToShape() => ShapeReader.Read(File, FileBytes, Values);
}
