using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace HybridLlm.Ollama;

/// <summary>
/// Reads an answer's lines as they arrive and says how it ended: returns after <c>"done":true</c>, and throws for an error
/// line, a cut, an end without <c>done</c>, and a line that is not Ollama's.
/// </summary>
internal static class NdjsonStream
{
    // The largest line is the last of a generate: its context array of up to 262 144 token numbers is under 2 MiB.
    internal const int MaxLineBytes = 16 * 1024 * 1024;

    public static async IAsyncEnumerable<OllamaChunk> ReadAsync(
        Stream stream,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using ChunkReader reader = new(stream);
        OllamaChunk chunk;
        do
        {
            chunk = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            yield return chunk;
        } while (!chunk.Done);
    }

    /// <summary>Its lines that are not blank, to the stream's clean end.</summary>
    public static async IAsyncEnumerable<byte[]> LinesAsync(
        Stream stream,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        var count = 0L;
        try
        {
            while (await ReadLineAsync(pipe, count, cancellationToken).ConfigureAwait(false) is { } line)
            {
                count++;
                yield return line;
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The next line that is not blank; null at the stream's clean end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<byte[]?> ReadLineAsync(
        PipeReader pipe,
        long lines,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new OllamaCutException(lines, e);
            }

            var buffer = read.Buffer;
            var end = buffer.PositionOf((byte)'\n');
            if (end is null && buffer.Length > MaxLineBytes)
            {
                throw new OllamaMalformedException($"longer than {MaxLineBytes} bytes.", lines);
            }

            if (end is null && !read.IsCompleted)
            {
                pipe.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            var line = end is { } position ? buffer.Slice(0, position) : buffer;
            var bytes = line.ToArray();
            pipe.AdvanceTo(end is { } newline ? buffer.GetPosition(1, newline) : buffer.End);
            if (!IsBlank(bytes))
            {
                return bytes;
            }

            if (end is null)
            {
                return null;
            }
        }
    }

    internal static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept(" \t\r"u8);
}
