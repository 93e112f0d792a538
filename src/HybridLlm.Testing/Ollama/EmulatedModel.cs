using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.Testing.Ollama;

/// <summary>A model an <see cref="OllamaEmulator"/> has on its disk.</summary>
public sealed record EmulatedModel
{
    private readonly string? _digest;

    /// <summary>Name with tag, e.g. <c>llama3.1:8b</c>; a name without gets <c>:latest</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the manifest, 64 hex digits. By default made of the name, so two emulators hold the same model.</summary>
    public string Digest
    {
        get => _digest ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FullName)));
        init => _digest = value;
    }

    /// <summary>Size on disk, bytes.</summary>
    public long Bytes { get; init; } = 4_900_000_000;

    /// <summary>Blocks.</summary>
    public int Layers { get; init; } = 32;

    /// <summary>Heads that keys and values are kept for.</summary>
    public int KvHeads { get; init; } = 8;

    /// <summary>Width of a head.</summary>
    public int HeadLength { get; init; } = 128;

    /// <summary>Width inside a block.</summary>
    public int FeedForwardLength { get; init; } = 14_336;

    /// <summary>Architecture.</summary>
    public string Family { get; init; } = "llama";

    /// <summary>Parameters as Ollama writes them.</summary>
    public string ParameterSize { get; init; } = "8.0B";

    /// <summary>Quantization as Ollama writes it.</summary>
    public string Quantization { get; init; } = "Q4_K_M";

    /// <summary>Longest context it was trained for, tokens.</summary>
    public int ContextLength { get; init; } = 131_072;

    /// <summary>Width of its embeddings.</summary>
    public int EmbeddingLength { get; init; } = 4096;

    /// <summary>How its prompts are rendered.</summary>
    public PromptTemplate Template { get; init; } = PromptTemplate.Llama3Library;

    /// <summary>What it can do, e.g. <c>completion</c>, <c>tools</c>, <c>thinking</c>, <c>insert</c>, <c>embedding</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = ["completion"];

    /// <summary>Whether its tokenizer puts a start token before every prompt.</summary>
    public bool AddsBos { get; init; } = true;

    /// <summary>Stop strings of its Modelfile, used by requests that give none.</summary>
    public IReadOnlyList<string> Stop { get; init; } = ["<|im_start|>", "<|im_end|>"];

    /// <summary>Says one word for ever, so that the server's repeat guard ends its answers.</summary>
    public bool Loops { get; init; }

    /// <summary>Memory of keys and values a token at 2 bytes a number, bytes.</summary>
    internal long CacheBytesPerToken => 4L * Layers * KvHeads * HeadLength;

    /// <summary>Name with its tag.</summary>
    internal string FullName => ModelStore.FullName(Name);

    internal bool Can(string capability) => Capabilities.Contains(capability, StringComparer.Ordinal);
}
