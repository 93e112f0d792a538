using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>Downloads models from the registry: layer by layer, and what a client that left had downloaded stays.</summary>
internal sealed class PullEndpoint(EmulatorState state)
{
    private const int Steps = 8;
    private const int SmallLayerBytes = 1500;

    private readonly ConcurrentDictionary<string, int> _downloaded = new(StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context, LiveRequest live, string body)
    {
        var request = GoBody.Parse(body, "PullRequest");
        var name = request.Text("model") is { Length: > 0 } model ? model : request.Text("name");
        if (!ModelStore.IsValid(name))
        {
            throw new ReplyException(400, "invalid model name");
        }

        StatusStream stream = new(context, request.Flag("stream") ?? true, live.Ended);
        await stream.SayAsync("pulling manifest").ConfigureAwait(false);
        var fullName = ModelStore.FullName(name);
        var found = state.Options.Registry.FirstOrDefault(m => m.FullName == fullName);
        if (found is null)
        {
            await stream.FailAsync("pull model manifest: file does not exist").ConfigureAwait(false);
            return;
        }

        await DownloadAsync(stream, found, live.Ended).ConfigureAwait(false);
        await stream.SayAsync("verifying sha256 digest").ConfigureAwait(false);
        await stream.SayAsync("writing manifest").ConfigureAwait(false);
        state.Models.Put(found);
        await stream.SucceedAsync().ConfigureAwait(false);
    }

    private async Task DownloadAsync(StatusStream stream, EmulatedModel model, CancellationToken cancellationToken)
    {
        foreach (
            var (layer, bytes) in new[] { ("weights", model.Bytes - SmallLayerBytes), ("template", SmallLayerBytes) }
        )
        {
            var digest = $"{PseudoWords.Hash("layer", model.Digest, layer):x16}".PadRight(64, '0');
            for (var step = _downloaded.GetValueOrDefault(digest); step < Steps; step++)
            {
                await state
                    .Clock.PauseAsync(state.Options.PullTime / (2 * Steps), cancellationToken)
                    .ConfigureAwait(false);
                _downloaded[digest] = step + 1;
                await stream
                    .SendAsync(
                        new JsonObject
                        {
                            ["status"] = $"pulling {digest[..12]}",
                            ["digest"] = $"sha256:{digest}",
                            ["total"] = bytes,
                            // The last line of a layer may lack some of it.
                            ["completed"] = bytes * (step + 1) / (Steps + 1),
                        }
                    )
                    .ConfigureAwait(false);
            }
        }
    }
}
