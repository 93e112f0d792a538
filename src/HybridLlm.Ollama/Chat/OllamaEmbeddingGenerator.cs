using Microsoft.Extensions.AI;
using OllamaSharp.Models;

namespace HybridLlm.Ollama;

/// <summary>Embeddings from one Ollama server, through <c>POST /api/embed</c>.</summary>
public sealed class OllamaEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly OllamaClient _client;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>A generator that leaves <paramref name="client"/> to its owner.</summary>
    /// <param name="client">The server.</param>
    /// <param name="defaultModel">Model for requests whose <see cref="EmbeddingGenerationOptions.ModelId"/> is null; null to demand one each time.</param>
    public OllamaEmbeddingGenerator(OllamaClient client, string? defaultModel = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _metadata = new EmbeddingGeneratorMetadata("ollama", client.Address, defaultModel);
    }

    /// <inheritdoc/>
    /// <exception cref="OllamaException">The request failed; the type says how.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        var model = options?.ModelId ?? _metadata.DefaultModelId;
        if (string.IsNullOrEmpty(model))
        {
            throw new ArgumentException("No model: set ModelId, or give the generator a default.", nameof(options));
        }

        EmbedRequest request = new()
        {
            Model = model,
            Input = [.. values],
            Dimensions = options?.Dimensions,
        };
        var response = await _client.EmbedAsync(request, cancellationToken).ConfigureAwait(false);
        return new GeneratedEmbeddings<Embedding<float>>(
            response.Embeddings.Select(v => new Embedding<float>(v) { ModelId = model })
        )
        {
            Usage = new UsageDetails
            {
                InputTokenCount = response.PromptEvalCount,
                TotalTokenCount = response.PromptEvalCount,
            },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_client) ? _client
            : null;
    }

    /// <summary>Does nothing: the server's client is its owner's.</summary>
    public void Dispose() { }
}
