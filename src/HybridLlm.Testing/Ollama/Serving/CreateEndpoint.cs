using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>Makes models of others or of uploaded files. Same request, same digest.</summary>
internal sealed class CreateEndpoint(EmulatorState state, BlobEndpoint blobs)
{
    public async Task HandleAsync(HttpContext context, LiveRequest live, string body)
    {
        var request = GoBody.Parse(body, "CreateRequest");
        var (name, from, files) = (request.Text("model"), request.Text("from"), Files(request));
        if (!ModelStore.IsValid(name))
        {
            throw new ReplyException(400, "invalid model name");
        }

        if (from.Length == 0 && files.Count == 0)
        {
            throw new ReplyException(400, "neither 'from' or 'files' was specified", chunked: true);
        }

        StatusStream stream = new(context, request.Flag("stream") ?? true, live.Ended);
        var start = from.Length > 0 ? state.Models.Find(from)?.Model : new EmulatedModel { Name = name };
        if (start is null)
        {
            await stream.SayAsync("pulling manifest").ConfigureAwait(false);
            await stream.FailAsync("pull model manifest: file does not exist").ConfigureAwait(false);
            return;
        }

        if (from.Length == 0 && !await ReadAsync(stream, files).ConfigureAwait(false))
        {
            return;
        }

        var digest = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(body))
        );
        await stream.SayAsync($"creating new layer sha256:{digest}").ConfigureAwait(false);
        await stream.SayAsync("writing manifest").ConfigureAwait(false);
        state.Models.Put(start with { Name = name, Digest = digest });
        await stream.SucceedAsync().ConfigureAwait(false);
    }

    private async Task<bool> ReadAsync(StatusStream stream, IReadOnlyList<string> files)
    {
        await stream.SayAsync("parsing GGUF").ConfigureAwait(false);
        if (files.FirstOrDefault(f => !blobs.Has(f)) is { } missing)
        {
            var file = missing.Replace(':', '-');
            await stream
                .FailAsync($"open /root/.ollama/models/blobs/{file}: no such file or directory")
                .ConfigureAwait(false);
            return false;
        }

        await stream.SayAsync("verifying conversion").ConfigureAwait(false);
        foreach (var file in files)
        {
            await stream.SayAsync($"using existing layer {file}").ConfigureAwait(false);
        }

        return true;
    }

    private static IReadOnlyList<string> Files(GoBody request) =>
        request.Get("files") is { ValueKind: JsonValueKind.Object } files
            ? [.. files.EnumerateObject().Select(f => f.Value.ToString())]
            : [];
}
