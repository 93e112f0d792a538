using System.Globalization;
using System.Text;

namespace HybridLlm.Ollama.Fitting;

/// <summary>What a model takes to run wholly on GPUs, step by step.</summary>
public sealed record MemoryNeed
{
    // Ollama puts a model on one GPU only if it predicts to fill no more than this part of the free memory.
    internal const int FillPercent = 80;

    internal MemoryNeed() { }

    /// <summary>The model.</summary>
    public required ModelShape Model { get; init; }

    /// <summary>Context of one request, tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Requests answered at once.</summary>
    public required int Parallel { get; init; }

    /// <summary>The parts, in the order they are added; their sum is <see cref="TotalBytes"/>.</summary>
    public required IReadOnlyList<MemoryStep> Steps { get; init; }

    /// <summary>What it takes on one GPU, bytes, without the part Ollama leaves free.</summary>
    public long TotalBytes => Steps.Sum(s => s.Bytes);

    /// <summary>What is divided among several GPUs by layers: weights and cache, bytes.</summary>
    public required long DividedBytes { get; init; }

    /// <summary>Free memory each of <paramref name="gpus"/> equal GPUs must have, bytes, with the fifth that Ollama leaves free.</summary>
    /// <param name="gpus">How many; 1 or more.</param>
    public long GpuBytes(int gpus = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gpus, 1);
        // Layers are not cut, and the output counts as one.
        var layers = Model.Layers + 1;
        var most = (layers + gpus - 1) / gpus;
        var filled = (DividedBytes * most + layers - 1) / layers + (TotalBytes - DividedBytes);
        return (filled * 100 + FillPercent - 1) / FillPercent;
    }

    /// <summary>Whether it runs wholly on GPUs of this size.</summary>
    /// <param name="gpuMemoryBytes">Free memory of one GPU, bytes. A 24 GB card has about 22.5 GiB.</param>
    /// <param name="gpus">Equal GPUs of one machine; 1 or more.</param>
    public bool Fits(long gpuMemoryBytes, int gpus = 1) => GpuBytes(gpus) <= gpuMemoryBytes;

    /// <summary>The arithmetic as a table.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        var invariant = CultureInfo.InvariantCulture;
        text.AppendLine(invariant, $"{Model.Name}, {ContextLength} tokens of context x {Parallel} at once");
        foreach (var step in Steps)
        {
            text.AppendLine(invariant, $"  {step.Name, -12} {Mebibytes(step.Bytes), 10:0.0} MiB  {step.Arithmetic}");
        }

        text.AppendLine(invariant, $"  {"total", -12} {Mebibytes(TotalBytes), 10:0.0} MiB");
        text.Append(
            invariant,
            $"  {"on one GPU", -12} {Mebibytes(GpuBytes()), 10:0.0} MiB  / {FillPercent} %, which Ollama fills at most"
        );
        return text.ToString();
    }

    private static double Mebibytes(long bytes) => bytes / (1024.0 * 1024);
}

/// <summary>One part of a <see cref="MemoryNeed"/>.</summary>
/// <param name="Name">What for, e.g. <c>weights</c>.</param>
/// <param name="Bytes">How much; 0 or more.</param>
/// <param name="Arithmetic">How it comes about, e.g. <c>32 layers x 8192 tokens x …</c>.</param>
public sealed record MemoryStep(string Name, long Bytes, string Arithmetic);
