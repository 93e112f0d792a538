using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Models;

/// <summary>What models a server has on its disk, and how they get there.</summary>
public sealed class OllamaModels
{
    private readonly OllamaClient _client;
    private readonly OllamaWire _wire;

    internal OllamaModels(OllamaClient client, OllamaWire wire) => (_client, _wire) = (client, wire);

    /// <summary>Downloads a model from its registry. The last progress is <see cref="PullProgress.Done"/>. Leaving ends the download; another pull goes on with it.</summary>
    /// <param name="model">Its name, e.g. <c>llama3.1:8b</c>, or <c>host/namespace/model:tag</c>.</param>
    /// <param name="insecure">Whether a registry without TLS will do.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <exception cref="ModelChangeException">It could not be had; the server's words say why.</exception>
    public async IAsyncEnumerable<PullProgress> PullAsync(
        string model,
        bool insecure = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        JsonObject body = new() { ["model"] = model };
        if (insecure)
        {
            body["insecure"] = true;
        }

        PullTally tally = new();
        await foreach (var line in FollowAsync("pull", model, body, cancellationToken).ConfigureAwait(false))
        {
            yield return tally.Add(line);
        }
    }

    /// <summary>Has a model on the disk, by its name and, if pinned, by its digest: pulls it only if it is not there yet.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="digest">SHA-256 of its manifest, 64 hex digits; null takes what the name stands for.</param>
    /// <param name="progress">Told of a pull's progress; null if nobody cares.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The model as the server lists it.</returns>
    /// <exception cref="ModelDigestException">What the name stands for is not what was pinned.</exception>
    /// <exception cref="ModelChangeException">It could not be pulled.</exception>
    public async Task<InstalledModel> EnsureAsync(
        string model,
        string? digest = null,
        IProgress<PullProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var pinned = digest is null ? null : Digest(digest, nameof(digest));
        var installed = await FindAsync(model, cancellationToken).ConfigureAwait(false);
        if (installed is null || (pinned ?? installed.Digest) != installed.Digest)
        {
            await foreach (var step in PullAsync(model, false, cancellationToken).ConfigureAwait(false))
            {
                progress?.Report(step);
            }

            installed =
                await FindAsync(model, cancellationToken).ConfigureAwait(false)
                ?? throw new ModelChangeException("pull", model, "it said success and does not list it.");
        }

        return pinned is null || pinned == installed.Digest
            ? installed
            : throw new ModelDigestException(model, pinned, installed.Digest);
    }

    /// <summary>Uploads a file a model is to be made of, unless the server has it already.</summary>
    /// <param name="file">The file, which is read twice: for its digest, and to be sent.</param>
    /// <param name="sent">Told how many bytes have been sent; null if nobody cares.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its digest, for <see cref="ModelRecipe.Files"/>: <c>sha256:</c> and 64 hex digits.</returns>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public async Task<string> UploadAsync(
        Stream file,
        IProgress<long>? sent = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.CanSeek)
        {
            throw new ArgumentException("The stream cannot seek, and has to be read twice.", nameof(file));
        }

        var start = file.Position;
        var hash = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
        var digest = $"sha256:{Convert.ToHexStringLower(hash)}";
        var path = $"api/blobs/{digest}";
        if (!await ExistsAsync(path, cancellationToken).ConfigureAwait(false))
        {
            file.Position = start;
            using BlobContent content = new(file, sent);
            using var response = await _wire
                .SendAsync(HttpMethod.Post, path, content, null, cancellationToken)
                .ConfigureAwait(false);
        }

        return digest;
    }

    /// <summary>Makes a model, in the place of one of the same name.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="recipe">What it is made of.</param>
    /// <param name="progress">Told what the server is doing, in its words; null if nobody cares.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ModelChangeException">It could not be made; the server's words say why.</exception>
    /// <exception cref="OllamaResponseException">400: the recipe names neither a model nor files.</exception>
    public async Task CreateAsync(
        string model,
        ModelRecipe recipe,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var lines = FollowAsync("create", model, recipe.ToBody(model), cancellationToken);
        await foreach (var line in lines.ConfigureAwait(false))
        {
            progress?.Report(line.Status);
        }
    }

    /// <summary>Gives a model a second name. It takes no space, and both have the same digest.</summary>
    /// <exception cref="OllamaResponseException">404: there is no <paramref name="source"/>. 400: <paramref name="destination"/> is no name.</exception>
    public async Task CopyAsync(string source, string destination, CancellationToken cancellationToken = default)
    {
        using var content = OllamaWire.Json(new JsonObject { ["source"] = source, ["destination"] = destination });
        using var response = await _wire
            .SendAsync(HttpMethod.Post, "api/copy", content, null, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Removes a model from the disk. An answer that is running goes on to its end.</summary>
    /// <returns>False if it was not there.</returns>
    public async Task<bool> DeleteAsync(string model, CancellationToken cancellationToken = default)
    {
        using var content = OllamaWire.Json(new JsonObject { ["model"] = model });
        try
        {
            using var response = await _wire
                .SendAsync(HttpMethod.Delete, "api/delete", content, null, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (OllamaResponseException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private static string Digest(string digest, string parameter)
    {
        const string Prefix = "sha256:";
        var hex = digest.StartsWith(Prefix, StringComparison.Ordinal) ? digest[Prefix.Length..] : digest;
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigit)
            ? hex.ToLowerInvariant()
            : throw new ArgumentException($"'{digest}' is no SHA-256 of 64 hex digits.", parameter);
    }

    private async Task<InstalledModel?> FindAsync(string model, CancellationToken cancellationToken)
    {
        var name = ModelName.Full(model);
        var installed = await _client.ListInstalledAsync(cancellationToken).ConfigureAwait(false);
        return installed.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase));
    }

    private async Task<bool> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _wire
                .SendAsync(HttpMethod.Head, path, null, null, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (OllamaResponseException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>What the server says while it works, up to its success.</summary>
    private async IAsyncEnumerable<StatusLine> FollowAsync(
        string action,
        string model,
        JsonObject body,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var content = OllamaWire.Json(body);
        using var response = await _wire
            .SendAsync(HttpMethod.Post, $"api/{action}", content, null, cancellationToken)
            .ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var lines = 0L;
        await foreach (var bytes in NdjsonStream.LinesAsync(stream, cancellationToken).ConfigureAwait(false))
        {
            var line = Parse(bytes, lines++);
            if (line.Error is { } error)
            {
                throw new ModelChangeException(action, model, error);
            }

            yield return line;
            if (line.IsSuccess)
            {
                yield break;
            }
        }

        throw new ModelChangeException(action, model, "it stopped without saying success.");
    }

    private static StatusLine Parse(byte[] line, long lines)
    {
        try
        {
            return StatusLine.Parse(line);
        }
        catch (JsonException e)
        {
            throw new OllamaMalformedException($"{e.Message.TrimEnd('.')}.", lines, e);
        }
    }
}
