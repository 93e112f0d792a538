using System.Buffers.Binary;
using System.Text;
using FsCheck.Xunit;
using HybridLlm.Ollama.Fitting;

namespace HybridLlm.Ollama.Tests.Fitting;

public sealed class GgufHeaderTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_real_file_tells_its_shape()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = await TinyGguf.MakeAsync(folder.FullName, layers: 3, embedding: 128);

            var header = await GgufHeader.ReadAsync(path, Ended);
            var shape = header.ToShape();

            (header.Version, header.FileBytes).ShouldBe((3, new FileInfo(path).Length));
            (shape.Layers, shape.EmbeddingLength, shape.FeedForwardLength, shape.ContextLength).ShouldBe(
                (3, 128, 256, 8192)
            );
            shape
                .Attention.Single()
                .ShouldBe(
                    new AttentionLayers
                    {
                        Layers = 3,
                        KvHeads = 2,
                        KeyLength = 32,
                        ValueLength = 32,
                    }
                );
            shape.WeightBytes.ShouldBe(header.FileBytes);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_file_on_the_web_is_not_downloaded_for_its_header()
    {
        Gguf file = new();
        var bytes = file.Text("general.architecture", "llama").Shape("llama").Bytes();
        using var server = RawServer.Answering(
            $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-{bytes.Length - 1}/4900000000\r\nContent-Length: {bytes.Length}\r\n\r\n",
            bytes
        );
        using HttpClient http = new();

        var header = await GgufHeader.ReadAsync(http, new Uri(server.Address, "m.gguf?token=secret"), Ended);

        (header.FileBytes, header.ToShape().Layers).ShouldBe((4_900_000_000, 12));
        header.File.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Windows_and_heads_differ_by_layer()
    {
        var bytes = new Gguf()
            .Text("general.architecture", "gemma3")
            .Shape("gemma3")
            .Number("gemma3.attention.key_length", 256)
            .Number("gemma3.attention.value_length", 256)
            .Number("gemma3.attention.sliding_window", 1024)
            .Bytes();

        var shape = (await ReadAsync(bytes)).ToShape();

        shape.Attention.Select(a => (a.Layers, a.Window, a.KeyLength)).ShouldBe([(10, 1024, 256), (2, null, 256)]);
    }

    [Fact]
    public async Task Heads_may_be_a_list_and_layers_without_any_keep_nothing()
    {
        var bytes = new Gguf()
            .Text("general.architecture", "llama")
            .Shape("llama", kvHeads: false)
            .List("llama.attention.head_count_kv", [.. Enumerable.Range(0, 12).Select(i => i % 3 == 0 ? 0u : 4u)])
            .Bytes();

        var shape = (await ReadAsync(bytes)).ToShape();

        shape.Attention.Select(a => (a.Layers, a.KvHeads)).ShouldBe([(8, 4)]);
    }

    [Fact]
    public async Task A_header_without_a_shape_says_what_it_lacks()
    {
        var header = await ReadAsync(new Gguf().Text("general.architecture", "clip").Bytes());

        Should.Throw<GgufException>(header.ToShape).Message.ShouldContain("clip.block_count");
    }

    [Theory]
    [InlineData("not a gguf file at all")]
    [InlineData("GGUF")]
    [InlineData("GGUF\u0001\0\0\0 version one is not read")]
    [InlineData("")]
    public async Task What_is_no_header_is_refused(string text) =>
        await Should.ThrowAsync<GgufException>(ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task A_claim_of_endless_text_takes_no_memory()
    {
        var bytes = new Gguf().Text("general.architecture", "llama").Bytes();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), ulong.MaxValue);

        (await Should.ThrowAsync<GgufException>(ReadAsync(bytes))).Message.ShouldContain("claims a text");
    }

    [Property]
    public bool A_header_with_any_byte_changed_is_read_or_refused(ushort at, byte value)
    {
        var bytes = new Gguf().Text("general.architecture", "llama").Shape("llama").List("l", [1, 2, 3]).Bytes();
        bytes[at % bytes.Length] = value;
        try
        {
            _ = ReadAsync(bytes).GetAwaiter().GetResult().ToShape();
        }
        catch (GgufException)
        {
            // Refused.
        }

        return true;
    }

    private static async Task<GgufHeader> ReadAsync(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return await new GgufReader(stream, "m.gguf", 1 << 20).ReadAsync(bytes.Length, CancellationToken.None);
    }

    /// <summary>Writes headers.</summary>
    private sealed class Gguf
    {
        private readonly List<byte> _values = new();
        private ulong _count;

        public Gguf Shape(string architecture, bool kvHeads = true)
        {
            Number($"{architecture}.block_count", 12);
            Number($"{architecture}.embedding_length", 1024);
            Number($"{architecture}.feed_forward_length", 4096);
            Number($"{architecture}.context_length", 8192);
            Number($"{architecture}.attention.head_count", 16);
            return kvHeads ? Number($"{architecture}.attention.head_count_kv", 4) : this;
        }

        public Gguf Text(string key, string value)
        {
            Key(key, 8);
            Write(value);
            return this;
        }

        public Gguf Number(string key, uint value)
        {
            Key(key, 4);
            _values.AddRange(BitConverter.GetBytes(value));
            return this;
        }

        public Gguf List(string key, uint[] values)
        {
            Key(key, 9);
            _values.AddRange(BitConverter.GetBytes(4u));
            _values.AddRange(BitConverter.GetBytes((ulong)values.Length));
            values.ToList().ForEach(v => _values.AddRange(BitConverter.GetBytes(v)));
            return this;
        }

        public byte[] Bytes() =>
            [
                .. "GGUF"u8,
                .. BitConverter.GetBytes(3u),
                .. BitConverter.GetBytes(0ul),
                .. BitConverter.GetBytes(_count),
                .. _values,
            ];

        private void Key(string key, uint type)
        {
            _count++;
            Write(key);
            _values.AddRange(BitConverter.GetBytes(type));
        }

        private void Write(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            _values.AddRange(BitConverter.GetBytes((ulong)bytes.Length));
            _values.AddRange(bytes);
        }
    }
}
