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

    private static double Mebibytes(MemoryNeed need, string step) =>
        need.Steps.Single(s => s.Name == step).Bytes / 1048576.0;
}
