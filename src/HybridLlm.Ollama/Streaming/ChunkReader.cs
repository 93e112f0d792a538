using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace HybridLlm.Ollama;

/// <summary>
/// Reads an answer's lines as they arrive, all that came at once without a wait between them, and says how the answer ended: throws
/// for an error line, a cut, an end without <c>done</c>, and a line that is not Ollama's. Not for concurrent use.
/// </summary>
/// <param name="stream">The answer's body, which stays its owner's.</param>
/// <param name="hideLogprobs">Leaves the <c>logprobs</c> out of the lines as they are given out.</param>
internal sealed class ChunkReader(Stream stream, bool hideLogprobs = false) : IDisposable
{
    private const int FirstBytes = 4096;

    // Ollama aborts at the 31st equal token, and whether it still sends that one is up to its version.
    private const int RepeatGuard = 30;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _start;
    private int _searched;
    private int _end;
    private int _equal;
    private OllamaChunk? _last;

    /// <summary>Lines that arrived whole so far.</summary>
    public long LinesRead { get; private set; }

    /// <summary>The next line, if it has arrived; else null.</summary>
    public OllamaChunk? TryRead()
    {
        while (_searched < _end)
        {
            var found = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (found < 0)
            {
                _searched = _end;
                return null;
            }

            var line = _buffer.AsSpan(_start, _searched + found - _start);
            _start = _searched += found + 1;
            if (!NdjsonStream.IsBlank(line))
            {
                return Take(line);
            }
        }

        return null;
    }

    /// <summary>The next line, once it has arrived.</summary>
    public ValueTask<OllamaChunk> ReadAsync(CancellationToken cancellationToken) =>
        TryRead() is { } chunk ? new(chunk) : WaitAsync(cancellationToken);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _searched = _end = 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<OllamaChunk> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            MakeRoom();
            int read;
            try
            {
                read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new OllamaCutException(LinesRead, e);
            }

            if (read == 0)
            {
                return TakeRest() ?? throw new OllamaUnfinishedException(repeating: _equal >= RepeatGuard, LinesRead);
            }

            _end += read;
            if (TryRead() is { } chunk)
            {
                return chunk;
            }
        }
    }

    /// <summary>What came after the last line end; null if it is nothing.</summary>
    private OllamaChunk? TakeRest()
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        _start = _searched = _end = 0;
        try
        {
            return NdjsonStream.IsBlank(rest) ? null : Take(rest);
        }
        catch (OllamaMalformedException e) when (LinesRead > 0 && rest[0] == '{')
        {
            // Ollama ends every line; something between it and here has cut this one short, and closed cleanly.
            throw new OllamaCutException(LinesRead, e);
        }
    }

    private OllamaChunk Take(ReadOnlySpan<byte> line)
    {
        OllamaChunk? chunk;
        string? error;
        try
        {
            (chunk, error) = ChunkParser.Parse(line, _last, hideLogprobs);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new OllamaMalformedException($"{e.Message.TrimEnd('.')}.", LinesRead, e);
        }

        if (chunk is null)
        {
            throw new OllamaErrorLineException(error ?? "", LinesRead);
        }

        LinesRead++;
        _equal = chunk.Text == _last?.Text ? _equal + 1 : 1;
        return _last = chunk;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _searched = _end = 0;
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_searched, _end, _start) = (_searched - _start, _end - _start, 0);
        }

        if (_end > NdjsonStream.MaxLineBytes)
        {
            throw new OllamaMalformedException($"longer than {NdjsonStream.MaxLineBytes} bytes.", LinesRead);
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
