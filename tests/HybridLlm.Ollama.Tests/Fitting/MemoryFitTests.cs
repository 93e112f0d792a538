using FsCheck;
using FsCheck.Xunit;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Fitting;

/// <summary>What fits a GPU, and what a model takes: always the last that fits, with the next too much.</summary>
public sealed class MemoryFitTests
{
    private const long GiB = 1L << 30;
    private const int Step = 256;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Property]
    public bool The_longest_context_fits_and_the_next_does_not(PositiveInt memory, PositiveInt parallel, bool quantized)
    {
        var model = WellKnownModels.All[memory.Get % WellKnownModels.All.Count];
        var gpu = (2 + (memory.Get % 96)) * GiB;
        var requests = 1 + (parallel.Get % 8);
        var type = quantized ? KvCacheType.Q8 : KvCacheType.F16;
        return MemoryFit.LongestContext(model, gpu, parallel: requests, cacheType: type) switch
        {
            null => !Fits(Step),
            var context => context % Step == 0
                && context <= model.ContextLength
                && Fits(context.Value)
                && (context + Step > model.ContextLength || !Fits(context.Value + Step)),
        };

        bool Fits(int context) => MemoryEstimator.Estimate(model, context, requests, type).Fits(gpu);
    }

    [Property]
    public bool The_most_parallelism_fits_and_one_more_does_not(PositiveInt memory, PositiveInt steps)
    {
        var model = WellKnownModels.All[memory.Get % WellKnownModels.All.Count];
        var gpu = (2 + (memory.Get % 96)) * GiB;
        var context = Step * (1 + (steps.Get % 64));
        return MemoryFit.MostParallel(model, context, gpu, most: 6) switch
        {
            null => !Fits(1),
            var most => most is >= 1 and <= 6 && Fits(most.Value) && (most == 6 || !Fits(most.Value + 1)),
        };

        bool Fits(int parallel) => MemoryEstimator.Estimate(model, context, parallel).Fits(gpu);
    }

    [Property]
    public bool The_fewest_GPUs_hold_it_and_one_fewer_do_not(PositiveInt memory, PositiveInt steps)
    {
        var model = WellKnownModels.All[memory.Get % WellKnownModels.All.Count];
        var gpu = (8 + (memory.Get % 73)) * GiB;
        var need = MemoryEstimator.Estimate(model, Step * (1 + (steps.Get % 128)));
        return MemoryFit.FewestGpus(need, gpu) switch
        {
            null => !need.Fits(gpu, 8),
            1 => need.Fits(gpu),
            var gpus => need.Fits(gpu, gpus.Value) && !need.Fits(gpu, gpus.Value - 1),
        };
    }

    [Theory]
    [InlineData("llama3.2:3b", 15, 1)]
    [InlineData("llama3.1:8b", 15, 1)]
    [InlineData("qwen2.5:32b", 22, 2)]
    [InlineData("llama3.3:70b", 22, 3)]
    [InlineData("llama3.3:70b", 45, 2)]
    [InlineData("llama3.3:70b", 79, 1)]
    [InlineData("llama3.1:405b", 79, 4)]
    public void Cards_that_are_for_hire_are_counted_for_a_model(string model, int gibibytes, int gpus)
    {
        var need = MemoryEstimator.Estimate(WellKnownModels.Get(model), 8192);

        MemoryFit.FewestGpus(need, gibibytes * GiB).ShouldBe(gpus);
    }

    [Fact]
    public void What_fits_nowhere_is_null_and_not_the_largest_there_is()
    {
        var model = WellKnownModels.Get("llama3.1:405b");

        MemoryFit.LongestContext(model, 22 * GiB).ShouldBeNull();
        MemoryFit.MostParallel(model, 4096, 22 * GiB).ShouldBeNull();
        MemoryFit.FewestGpus(MemoryEstimator.Estimate(model, 4096), 22 * GiB).ShouldBeNull();
    }

    [Fact]
    public async Task A_server_tells_the_same_figures_as_the_table()
    {
        await using var emulator = await OllamaEmulator.StartAsync(
            new OllamaEmulatorOptions { Models = [new EmulatedModel { Name = "llama3.1:8b", Bytes = 4_920_000_000 }] },
            Ended
        );
        using OllamaClient client = new(emulator.Address);
        var installed = (await client.ListInstalledAsync(Ended)).Single();

        var shape = (await client.ShowAsync(installed.Name, Ended)).ToShape(installed);

        var known = WellKnownModels.Get("llama3.1:8b");
        shape.WeightBytes.ShouldBe(4_920_000_000);
        (shape.Layers, shape.EmbeddingLength, shape.FeedForwardLength, shape.ContextLength).ShouldBe(
            (known.Layers, known.EmbeddingLength, known.FeedForwardLength, known.ContextLength)
        );
        shape.Attention.ShouldBe(known.Attention);
    }
}
