using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Fitting;

/// <summary>Reads a header as it streams in. Nothing it says is believed: every length is bounded before memory is taken for it.</summary>
internal sealed class GgufReader(Stream stream, string file, long mostBytes)
{
    private const int LongestText = 16 * 1024 * 1024;
    private const int MostKeys = 65_536;
    private const int LongestKept = 4096;

    private const uint TypeText = 8;
    private const uint TypeList = 9;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _at;
    private int _filled;
    private long _read;

    public async Task<GgufHeader> ReadAsync(long fileBytes, CancellationToken cancellationToken)
    {
        if (!(await TakeAsync(4, cancellationToken).ConfigureAwait(false)).Span.SequenceEqual("GGUF"u8))
        {
            throw Fault("it does not begin with GGUF.");
        }

        var version = await NumberAsync(4, cancellationToken).ConfigureAwait(false);
        if (version is not (2 or 3))
        {
            throw Fault($"its format's version is {version}, and 2 and 3 are known.");
        }

        var tensors = await NumberAsync(8, cancellationToken).ConfigureAwait(false);
        var keys = await NumberAsync(8, cancellationToken).ConfigureAwait(false);
        if (keys > MostKeys || tensors > long.MaxValue)
        {
            throw Fault($"it claims {keys} keys and {tensors} tensors.");
        }

        Dictionary<string, JsonElement> values = new(StringComparer.Ordinal);
        for (var i = 0UL; i < keys; i++)
        {
            var key = await TextAsync(cancellationToken).ConfigureAwait(false);
            var type = (uint)await NumberAsync(4, cancellationToken).ConfigureAwait(false);
            if (await ValueAsync(type, true, cancellationToken).ConfigureAwait(false) is { } value)
            {
                values[key] = JsonElement.Parse(value.ToJsonString());
            }
        }

        return new GgufHeader
        {
            File = file,
            FileBytes = fileBytes,
            Version = (int)version,
            Tensors = (long)tensors,
            Values = values,
        };
    }

    /// <summary>The next value; null if it is not kept.</summary>
    private async ValueTask<JsonNode?> ValueAsync(uint type, bool keep, CancellationToken cancellationToken)
    {
        if (type == TypeText)
        {
            var text = await TextAsync(cancellationToken).ConfigureAwait(false);
            return keep ? text : null;
        }

        if (type == TypeList)
        {
            return await ListAsync(keep, cancellationToken).ConfigureAwait(false);
        }

        var bytes = await TakeAsync(Width(type), cancellationToken).ConfigureAwait(false);
        return keep ? Scalar(type, bytes.Span) : null;
    }

    private async ValueTask<JsonNode?> ListAsync(bool keep, CancellationToken cancellationToken)
    {
        var type = (uint)await NumberAsync(4, cancellationToken).ConfigureAwait(false);
        if (type == TypeList)
        {
            throw Fault("it has a list of lists.");
        }

        var count = await NumberAsync(8, cancellationToken).ConfigureAwait(false);
        var kept = keep && count <= LongestKept;
        JsonArray list = [];
        for (var i = 0UL; i < count; i++)
        {
            var value = await ValueAsync(type, kept, cancellationToken).ConfigureAwait(false);
            if (kept)
            {
                list.Add(value);
            }
        }

        return kept ? list : null;
    }

    private async ValueTask<string> TextAsync(CancellationToken cancellationToken)
    {
        var length = await NumberAsync(8, cancellationToken).ConfigureAwait(false);
        if (length > LongestText)
        {
            throw Fault($"it claims a text of {length} bytes.");
        }

        using MemoryStream text = new();
        while (text.Length < (long)length)
        {
            var part = (int)Math.Min((long)length - text.Length, _buffer.Length);
            text.Write((await TakeAsync(part, cancellationToken).ConfigureAwait(false)).Span);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private async ValueTask<ulong> NumberAsync(int bytes, CancellationToken cancellationToken)
    {
        var taken = await TakeAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes == 4
            ? BinaryPrimitives.ReadUInt32LittleEndian(taken.Span)
            : BinaryPrimitives.ReadUInt64LittleEndian(taken.Span);
    }

    /// <summary>The next bytes, good until more are taken.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        if (_filled - _at < bytes)
        {
            Buffer.BlockCopy(_buffer, _at, _buffer, 0, _filled - _at);
            (_at, _filled) = (0, _filled - _at);
            var wanted = _buffer.AsMemory(_filled);
            var got = await stream
                .ReadAtLeastAsync(wanted, bytes - _filled, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            _filled += got;
            _read += got;
            if (_filled < bytes)
            {
                throw Fault("it ends inside its header.");
            }

            if (_read > mostBytes)
            {
                throw Fault($"its header is longer than {mostBytes} bytes.");
            }
        }

        var taken = _buffer.AsMemory(_at, bytes);
        _at += bytes;
        return taken;
    }

    private int Width(uint type) =>
        type switch
        {
            0 or 1 or 7 => 1,
            2 or 3 => 2,
            4 or 5 or 6 => 4,
            10 or 11 or 12 => 8,
            _ => throw Fault($"it has a value of unknown type {type}."),
        };

    private static JsonNode? Scalar(uint type, ReadOnlySpan<byte> bytes) =>
        type switch
        {
            0 => bytes[0],
            1 => (sbyte)bytes[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            3 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            5 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            6 => Finite(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            7 => bytes[0] != 0,
            10 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            11 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => Finite(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        };

    /// <summary>JSON has no infinities.</summary>
    private static JsonNode? Finite(double number) => double.IsFinite(number) ? number : null;

    private GgufException Fault(string fault) => new(file, fault);
}
