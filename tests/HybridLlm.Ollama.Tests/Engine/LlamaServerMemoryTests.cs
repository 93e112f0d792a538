using HybridLlm.Ollama.Fitting;
using HybridLlm.Ollama.Tests.Fitting;

namespace HybridLlm.Ollama.Tests.Engine;

/// <summary>Our arithmetic against what a real engine logs that it has taken.</summary>
public sealed class LlamaServerMemoryTests
{
    [Theory]
    [InlineData(3, 256)]
    [InlineData(2, 512)]
    [InlineData(4, 384)]
    public async Task The_cache_is_exact_and_the_whole_within_5_percent(int layers, int embedding)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = await TinyGguf.MakeAsync(folder.FullName, layers, embedding);
            var shape = (await GgufHeader.ReadAsync(path, TestContext.Current.CancellationToken)).ToShape();
            foreach (
                var (parallel, type, name) in new[]
                {
                    (1, KvCacheType.F16, "f16"),
                    (4, KvCacheType.Q8, "q8_0"),
                    (4, KvCacheType.Q4, "q4_0"),
                }
            )
            {
                await using var server = await LlamaServer.StartAsync(
                    path,
                    "-c",
                    $"{4096 * parallel}",
                    "-np",
                    $"{parallel}",
                    "-ctk",
                    name,
                    "-ctv",
                    name,
                    "-lv",
                    "4"
                );

                var need = MemoryEstimator.Estimate(shape, 4096, parallel, type);

                Mebibytes(need, "KV cache").ShouldBe(server.Mebibytes("KV"), 0.01);
                var ours = need.Steps.Where(s => s.Name != "CUDA context").Sum(s => s.Bytes) / 1048576.0;
                var logged = server.Mebibytes("model") + server.Mebibytes("KV") + server.Mebibytes("compute");
                (ours / logged).ShouldBeInRange(0.95, 1.05, $"{need}\nlogged {logged} MiB");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Heads wider than the embedding, narrow and wide feed-forward, many or few heads, windows, large vocabularies.</summary>
    [Theory]
    [InlineData("--layers 2 --embedding 256 --head 256", 1)]
    [InlineData("--layers 2 --embedding 256 --head 256 --kv-heads 4", 1)]
    [InlineData("--layers 2 --embedding 256 --feed-forward 2048", 1)]
    [InlineData("--layers 2 --embedding 256 --vocabulary 32768", 1)]
    [InlineData("--layers 3 --embedding 128 --architecture qwen3 --head 128 --heads 8 --kv-heads 4", 1)]
    [InlineData("--layers 7 --embedding 512 --feed-forward 2048 --head 128 --architecture gemma3 --window 512", 1)]
    [InlineData("--layers 12 --embedding 256 --architecture gemma3 --window 512 --head 64", 2)]
    public async Task Networks_of_every_shape_take_what_is_worked_out(string arguments, int parallel)
    {
        const int ContextLength = 8192;
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = await TinyGguf.MakeAsync(folder.FullName, arguments.Split(' '));
            var shape = (await GgufHeader.ReadAsync(path, TestContext.Current.CancellationToken)).ToShape();
            await using var server = await LlamaServer.StartAsync(
                path,
                "-c",
                $"{ContextLength * parallel}",
                "-np",
                $"{parallel}",
                "-lv",
                "4"
            );

            var need = MemoryEstimator.Estimate(shape, ContextLength, parallel);

            var cache = need.Steps.Where(s => s.Name.StartsWith("KV", StringComparison.Ordinal)).Sum(s => s.Bytes);
            (cache / 1048576.0).ShouldBe(server.Mebibytes("KV"), 0.01);
            var ours = need.Steps.Where(s => s.Name != "CUDA context").Sum(s => s.Bytes) / 1048576.0;
            var logged = server.Mebibytes("model") + server.Mebibytes("KV") + server.Mebibytes("compute");
            (ours / logged).ShouldBeInRange(0.95, 1.05, $"{need}\nlogged {logged} MiB");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Mebibytes(MemoryNeed need, string step) =>
        need.Steps.Single(s => s.Name == step).Bytes / 1048576.0;
}
