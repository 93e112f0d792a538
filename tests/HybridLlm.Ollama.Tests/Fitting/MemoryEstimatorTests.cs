using FsCheck;
using FsCheck.Xunit;
using HybridLlm.Ollama.Fitting;

namespace HybridLlm.Ollama.Tests.Fitting;

public sealed class MemoryEstimatorTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData("llama3.1:8b", 128)]
    [InlineData("llama3.2:3b", 112)]
    [InlineData("llama3.2:1b", 32)]
    [InlineData("mistral:7b", 128)]
    [InlineData("qwen2.5:7b", 56)]
    [InlineData("qwen2.5:32b", 256)]
    [InlineData("phi4:14b", 200)]
    [InlineData("llama3.3:70b", 320)]
    public void Keys_and_values_of_a_token_take_what_is_known_of_the_model(string model, int kibibytes)
    {
        var shape = WellKnownModels.Get(model);

        Cache(MemoryEstimator.Estimate(shape, 4096)).ShouldBe(kibibytes * 1024L * 4096);
        Cache(MemoryEstimator.Estimate(shape, 4096, parallel: 4)).ShouldBe(kibibytes * 1024L * 4096 * 4);
    }

    [Theory]
    [InlineData(1, 12)]
    [InlineData(4, 48)]
    public void The_cache_is_what_llama_server_logs(int parallel, int mebibytes)
    {
        ModelShape shape = new()
        {
            Name = "3 layers of 2 heads of 128",
            WeightBytes = 1,
            Layers = 3,
            EmbeddingLength = 512,
            FeedForwardLength = 1024,
            ContextLength = 8192,
            Attention =
            [
                new()
                {
                    Layers = 3,
                    KvHeads = 2,
                    KeyLength = 128,
                    ValueLength = 128,
                },
            ],
        };

        Cache(MemoryEstimator.Estimate(shape, 4096, parallel)).ShouldBe(mebibytes * 1024L * 1024);
    }

    [Fact]
    public void A_quantized_cache_takes_34_or_18_bytes_a_block_of_32()
    {
        var shape = WellKnownModels.Get("llama3.1:8b");
        var full = Cache(MemoryEstimator.Estimate(shape, 8192));

        Cache(MemoryEstimator.Estimate(shape, 8192, cacheType: KvCacheType.Q8)).ShouldBe(full / 64 * 34);
        Cache(MemoryEstimator.Estimate(shape, 8192, cacheType: KvCacheType.Q4)).ShouldBe(full / 64 * 18);
    }

    [Fact]
    public void Layers_with_a_window_stop_growing_with_the_context()
    {
        var shape = WellKnownModels.Get("gemma3:12b");
        var small = MemoryEstimator.Estimate(shape, 4096);
        var large = MemoryEstimator.Estimate(shape, 65_536);

        Step(large, "KV windows").ShouldBe(Step(small, "KV windows"));
        Step(large, "KV cache").ShouldBe(16 * Step(small, "KV cache"));
    }

    [Fact]
    public void An_8_billion_model_at_8k_times_4_fits_a_16_GB_card()
    {
        var need = MemoryEstimator.Estimate(WellKnownModels.Get("llama3.1:8b"), 8192, parallel: 4);

        need.Fits(15 * GiB).ShouldBeTrue();
        need.Fits(11 * GiB).ShouldBeFalse();
    }

    [Fact]
    public void A_70_billion_model_at_8k_takes_two_of_48_four_of_24_or_one_of_80()
    {
        var need = MemoryEstimator.Estimate(WellKnownModels.Get("llama3.3:70b"), 8192);

        need.Fits(45 * GiB).ShouldBeFalse();
        need.Fits(45 * GiB, gpus: 2).ShouldBeTrue();
        need.Fits(22 * GiB, gpus: 2).ShouldBeFalse();
        need.Fits(22 * GiB, gpus: 4).ShouldBeTrue();
        need.Fits(79 * GiB).ShouldBeTrue();
    }

    [Property]
    public bool More_context_or_parallelism_never_takes_less(PositiveInt context, PositiveInt parallel)
    {
        var shape = WellKnownModels.Get("gemma3:4b");
        var need = MemoryEstimator.Estimate(shape, context.Get, parallel.Get);
        return MemoryEstimator.Estimate(shape, context.Get + 1, parallel.Get).TotalBytes >= need.TotalBytes
            && MemoryEstimator.Estimate(shape, context.Get, parallel.Get + 1).TotalBytes >= need.TotalBytes;
    }

    [Property]
    public bool More_GPUs_never_need_more_each_and_the_smallest_that_fits_is_exact(
        PositiveInt gpus,
        PositiveInt context
    )
    {
        var need = MemoryEstimator.Estimate(WellKnownModels.Get("llama3.1:8b"), context.Get);
        var each = need.GpuBytes(gpus.Get);
        return need.GpuBytes(gpus.Get + 1) <= each && need.Fits(each, gpus.Get) && !need.Fits(each - 1, gpus.Get);
    }

    [Fact]
    public void The_arithmetic_is_shown() =>
        Golden.Match(
            "fit-gemma3-12b.txt",
            MemoryEstimator.Estimate(WellKnownModels.Get("gemma3:12b"), 32_768, 2, KvCacheType.Q8).ToString()
        );

    [Theory]
    [InlineData("llama3.1")]
    [InlineData("llama3.1:latest")]
    [InlineData("LLAMA3.1:8B")]
    public void Names_are_found_as_the_library_writes_them(string name) =>
        WellKnownModels.Get(name).Name.ShouldBe("llama3.1:8b");

    [Fact]
    public void An_unknown_model_says_what_is_known_and_how_to_supply_figures()
    {
        var failure = Should.Throw<UnknownModelException>(() => WellKnownModels.Get("mymodel:3b"));

        failure.Model.ShouldBe("mymodel:3b");
        failure.Message.ShouldContain("llama3.1:8b");
        failure.Remedy.ShouldContain("ModelShape");
    }

    [Fact]
    public void Every_well_known_model_has_a_source_and_its_layers_add_up()
    {
        foreach (var model in WellKnownModels.All)
        {
            model.Source.ShouldNotBeNullOrEmpty();
            model.Attention.Sum(a => a.Layers).ShouldBe(model.Layers, model.Name);
            model.WeightBytes.ShouldBeInRange(500_000_000, 250_000_000_000, model.Name);
        }
    }

    private static long Cache(MemoryNeed need) => Step(need, "KV cache");

    private static long Step(MemoryNeed need, string name) => need.Steps.Single(s => s.Name == name).Bytes;
}
