using HybridLlm.Ollama.Models;
using HybridLlm.Testing.Ollama;
using HybridLlm.Testing.Tests.Ollama;

namespace HybridLlm.Ollama.Tests.Models;

public sealed class OllamaModelsTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pull_tells_one_progress_of_all_layers_that_ends_whole()
    {
        await using var emulator = await StartAsync();
        using OllamaClient client = new(emulator.Address);

        var steps = await client.Models.PullAsync("phi4", cancellationToken: Ended).ToListAsync(Ended);

        steps[0].Status.ShouldBe("pulling manifest");
        steps.Select(s => s.CompletedBytes).ShouldBeInOrder();
        steps.ShouldAllBe(s => s.CompletedBytes <= s.TotalBytes);
        steps.Count(s => s.Done).ShouldBe(1);
        (steps[^1].Done, steps[^1].CompletedBytes, steps[^1].TotalBytes).ShouldBe((true, 4_900_000_000, 4_900_000_000));
        (await client.ListInstalledAsync(Ended)).ShouldContain(m => m.Name == "phi4:latest");
    }

    [Fact]
    public async Task A_pull_that_was_left_goes_on_where_it_was()
    {
        WatchedClock clock = new();
        await using var emulator = await StartAsync(
            new() { TimeProvider = clock, PullTime = TimeSpan.FromMinutes(16) }
        );
        using OllamaClient client = new(emulator.Address);
        using CancellationTokenSource leave = new();
        await using (
            var pull = client.Models.PullAsync("phi4", cancellationToken: leave.Token).GetAsyncEnumerator(Ended)
        )
        {
            await pull.MoveNextAsync();
            for (var step = 0; step < 3; step++)
            {
                var next = pull.MoveNextAsync();
                await clock.PassAsync(TimeSpan.FromMinutes(1), Ended);
                (await next).ShouldBeTrue();
            }

            await leave.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await pull.MoveNextAsync());
        }

        await using var again = client.Models.PullAsync("phi4", cancellationToken: Ended).GetAsyncEnumerator(Ended);
        await again.MoveNextAsync();
        var first = again.MoveNextAsync();
        while (!first.IsCompleted)
        {
            // The first pull's last wait may still stand before the second's.
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        (await first).ShouldBeTrue();
        again.Current.CompletedBytes.ShouldBeGreaterThanOrEqualTo(again.Current.TotalBytes / 9 * 4);
    }

    [Fact]
    public async Task A_pull_of_an_unknown_model_says_so()
    {
        await using var emulator = await StartAsync();
        using OllamaClient client = new(emulator.Address);

        var failure = await Should.ThrowAsync<ModelChangeException>(
            client.Models.PullAsync("nope", cancellationToken: Ended).ToListAsync(Ended).AsTask()
        );

        (failure.Model, failure.Error).ShouldBe(("nope", "pull model manifest: file does not exist"));
        failure.Remedy.ShouldContain("name");
    }

    [Theory]
    [InlineData(
        "{\"status\":\"pulling manifest\"}\n{\"error\":\"digest mismatch, file must be downloaded again\"}\n",
        "Pull again"
    )]
    [InlineData("{\"status\":\"pulling manifest\"}\n", "Try again")]
    public async Task A_pull_that_does_not_say_success_failed(string answer, string remedy)
    {
        using var server = RawServer.Streaming(answer);
        using OllamaClient client = new(server.Address);

        var failure = await Should.ThrowAsync<ModelChangeException>(
            client.Models.PullAsync("m", cancellationToken: Ended).ToListAsync(Ended).AsTask()
        );

        failure.Remedy.ShouldStartWith(remedy);
    }

    [Fact]
    public async Task A_recorded_pull_is_read_to_its_end()
    {
        using var server = RawServer.Streaming(Recordings.Get("pull-progress").ResponseText);
        using OllamaClient client = new(server.Address);

        var steps = await client.Models.PullAsync("big", cancellationToken: Ended).ToListAsync(Ended);

        (steps[^1].Done, steps[^1].CompletedBytes).ShouldBe((true, steps[^1].TotalBytes));
        steps.Select(s => s.CompletedBytes).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_model_that_is_there_is_not_pulled_again()
    {
        await using var emulator = await StartAsync();
        using OllamaClient client = new(emulator.Address);
        List<PullProgress> progress = [];

        var first = await client.Models.EnsureAsync("phi4", null, new Collector<PullProgress>(progress), Ended);
        var pulled = progress.Count;
        var again = await client.Models.EnsureAsync(
            "phi4:latest",
            $"sha256:{first.Digest.ToUpperInvariant()}",
            new Collector<PullProgress>(progress),
            Ended
        );

        pulled.ShouldBeGreaterThan(0);
        (again.Digest, progress.Count).ShouldBe((first.Digest, pulled));
    }

    [Fact]
    public async Task A_model_of_another_digest_than_pinned_is_refused()
    {
        await using var emulator = await StartAsync();
        using OllamaClient client = new(emulator.Address);
        var pinned = new string('a', 64);

        var failure = await Should.ThrowAsync<ModelDigestException>(
            client.Models.EnsureAsync("phi4", pinned, null, Ended)
        );

        failure.Pinned.ShouldBe(pinned);
        failure.Found.ShouldBe((await client.ListInstalledAsync(Ended)).Single(m => m.Name == "phi4:latest").Digest);
        await Should.ThrowAsync<ArgumentException>(client.Models.EnsureAsync("phi4", "latest", null, Ended));
    }

    [Fact]
    public async Task A_model_is_made_of_a_file_that_is_uploaded_once()
    {
        await using var emulator = await StartAsync();
        using OllamaClient client = new(emulator.Address);
        using MemoryStream file = new(new byte[3_000_000]);
        List<long> sent = [];
        List<string> said = [];

        var digest = await client.Models.UploadAsync(file, new Collector<long>(sent), Ended);
        file.Position = 0;
        (await client.Models.UploadAsync(file, new Collector<long>(sent), Ended)).ShouldBe(digest);
        ModelRecipe recipe = new() { Files = new Dictionary<string, string> { ["m.gguf"] = digest } };
        await client.Models.CreateAsync("mine", recipe, new Collector<string>(said), Ended);

        sent.ShouldBe([1_048_576, 2_097_152, 3_000_000]);
        said[^1].ShouldBe("success");
        var answer = await client
            .StreamAsync(OllamaApi.Chat, Continuity.Ask.Chat("Hello", "mine"), Ended)
            .ToListAsync(Ended);
        answer[^1].Done.ShouldBeTrue();
    }

    [Fact]
    public async Task A_recipe_without_its_file_names_what_is_missing()
    {
        await using var emulator = await StartAsync();
        using OllamaClient client = new(emulator.Address);
        ModelRecipe recipe = new()
        {
            Files = new Dictionary<string, string> { ["m.gguf"] = $"sha256:{new string('0', 64)}" },
        };

        var missing = await Should.ThrowAsync<ModelChangeException>(
            client.Models.CreateAsync("mine", recipe, null, Ended)
        );
        missing.Remedy.ShouldContain("Upload");
        var nothing = await Should.ThrowAsync<OllamaResponseException>(
            client.Models.CreateAsync("mine", new ModelRecipe(), null, Ended)
        );
        nothing.Error.ShouldBe("neither 'from' or 'files' was specified");
    }

    [Fact]
    public async Task Copies_share_a_digest_and_go_one_by_one()
    {
        await using var emulator = await StartAsync();
        using OllamaClient client = new(emulator.Address);

        await client.Models.CopyAsync("llama3.1:8b", "twin", Ended);

        var digests = (await client.ListInstalledAsync(Ended)).Select(m => m.Digest).ToList();
        (digests.Count, digests.Distinct().Count()).ShouldBe((2, 1));
        (await client.Models.DeleteAsync("twin", Ended)).ShouldBeTrue();
        (await client.Models.DeleteAsync("twin", Ended)).ShouldBeFalse();
        (await client.ListInstalledAsync(Ended)).Single().Name.ShouldBe("llama3.1:8b");
        var unknown = await Should.ThrowAsync<OllamaResponseException>(client.Models.CopyAsync("nope", "x", Ended));
        unknown.Error.ShouldBe("model \"nope\" not found");
    }

    private static Task<OllamaEmulator> StartAsync(OllamaEmulatorOptions? options = null)
    {
        options ??= new OllamaEmulatorOptions();
        options.Registry = [new() { Name = "phi4" }];
        return OllamaEmulator.StartAsync(options, Ended);
    }

    private sealed class Collector<T>(List<T> seen) : IProgress<T>
    {
        public void Report(T value) => seen.Add(value);
    }
}
