using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;
using Microsoft.Extensions.AI;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>The next server: there at once, later, never, or no longer needed.</summary>
public sealed class HandoverTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cut_answer_waits_for_a_server_that_appears_later()
    {
        await using var servers = await TwoAsync();
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        TaskCompletionSource<bool> appears = new();
        TaskCompletionSource asked = new();
        servers.BeforeNext = ended =>
        {
            asked.SetResult();
            return appears.Task.WaitAsync(ended);
        };
        servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 20));

        var answer = servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        await asked.Task.WaitAsync(Ended);
        servers[1].Requests.ShouldBeEmpty();
        appears.SetResult(true);

        (await answer).Text.ShouldBe(whole.Text);
        (await answer).Last.Continuity!.Exact.ShouldBeTrue();
    }

    [Fact]
    public async Task A_draining_server_answers_on_until_another_is_ready()
    {
        await using var servers = await TwoAsync();
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        using CancellationTokenSource notice = new();
        TaskCompletionSource<bool> appears = new();
        servers.Draining = notice.Token;
        servers.BeforeNext = ended => appears.Task.WaitAsync(ended);
        servers[0].Arm(new StreamFault(StreamFaultKind.Hang, 40));

        var answer = await servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello"),
            received: so =>
            {
                if (so.Chunks.Count == 10)
                {
                    notice.Cancel();
                }

                if (so.Chunks.Count == 40)
                {
                    appears.SetResult(true);
                }
            }
        );

        (answer.Text, answer.Tokens, answer.Last.Continuity!.Exact).ShouldBe((whole.Text, whole.Tokens, true));
        var move = answer.Migrations.ShouldHaveSingleItem();
        move.Cause.ShouldBeNull();
        move.AfterCharacters.ShouldBe(string.Concat(whole.Chunks.Take(40).Select(c => c.Text)).Length);
        // It had loaded the model before it was given the text.
        var posts = servers[1].Requests.Where(r => r.Method == "POST").ToList();
        (posts[0].Path, posts[0].Body.Contains("prompt")).ShouldBe(("/api/generate", false));
    }

    [Fact]
    public async Task A_draining_server_that_is_cut_before_another_is_ready_is_followed_by_that_one()
    {
        await using var servers = await TwoAsync();
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        using CancellationTokenSource notice = new();
        TaskCompletionSource<bool> appears = new();
        var askedFor = 0;
        servers.Draining = notice.Token;
        servers.BeforeNext = ended =>
        {
            askedFor++;
            return appears.Task.WaitAsync(ended);
        };
        servers[0].Arm(new StreamFault(StreamFaultKind.Hang, 30));

        var asked = servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello"),
            received: so =>
            {
                if (so.Chunks.Count == 30)
                {
                    notice.Cancel();
                    _ = servers[0].KillAsync();
                }
            }
        );
        while (servers[0].InFlight > 0 || askedFor == 0)
        {
            await Task.Yield();
            Ended.ThrowIfCancellationRequested();
        }

        appears.SetResult(true);
        var answer = await asked;
        (answer.Text, answer.Tokens, answer.Last.Continuity!.Exact, askedFor).ShouldBe(
            (whole.Text, whole.Tokens, true, 1),
            string.Join(", ", answer.Migrations)
        );
    }

    [Fact]
    public async Task A_draining_server_with_no_other_answers_to_the_end()
    {
        await using var servers = await TwoAsync();
        using CancellationTokenSource notice = new();
        await notice.CancelAsync();
        servers.Draining = notice.Token;
        servers.BeforeNext = _ => Task.FromResult(false);

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        (answer.Reason, answer.Migrations.Count).ShouldBe(("stop", 0));
    }

    [Fact]
    public async Task A_server_no_longer_needed_is_no_longer_waited_for()
    {
        await using var servers = await TwoAsync();
        using CancellationTokenSource notice = new();
        await notice.CancelAsync();
        CancellationToken wait = default;
        servers.Draining = notice.Token;
        servers.BeforeNext = async ended =>
        {
            wait = ended;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ended);
            return true;
        };

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        answer.Migrations.ShouldBeEmpty();
        wait.IsCancellationRequested.ShouldBeTrue();
        servers.Leases.Values.ShouldAllBe(count => count == 0);
    }

    [Fact]
    public async Task A_server_known_to_be_gone_is_left_though_its_connection_looks_open()
    {
        await using var servers = await TwoAsync();
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        using CancellationTokenSource lost = new();
        servers.Lost = lost.Token;
        servers[0].Arm(new StreamFault(StreamFaultKind.Hang, 30));

        var answer = await servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello"),
            received: so =>
            {
                if (so.Chunks.Count == 30)
                {
                    lost.Cancel();
                }
            }
        );

        (answer.Text, answer.Tokens, answer.Last.Continuity!.Exact).ShouldBe((whole.Text, whole.Tokens, true));
        answer.Migrations.Single().Cause.ShouldBeOfType<OllamaCutException>();
    }

    [Fact]
    public async Task A_lease_is_given_back_when_the_answer_has_left_and_not_before()
    {
        await using var servers = await TwoAsync();
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));
        List<(int, int)> held = [];

        await servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello"),
            received: _ => held.Add((Held(0), servers.Leases.ContainsKey(servers.Address(1)) ? Held(1) : 0))
        );

        held.Distinct().ShouldBe([(1, 0), (0, 1)]);
        servers.Leases.Values.ShouldAllBe(count => count == 0);

        int Held(int server) => servers.Leases[servers.Address(server)];
    }

    [Fact]
    public async Task A_chat_client_shows_the_seam_beside_the_text()
    {
        await using var servers = await TwoAsync();
        using OllamaChatClient chat = new(new OllamaContinuity(servers), "m");
        ChatOptions greedy = new() { Temperature = 0 };
        var whole = await chat.GetResponseAsync("Hello", greedy, Ended);
        whole.Messages[0].AdditionalProperties.ShouldBeNull();
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var updates = await chat.GetStreamingResponseAsync("Hello", greedy, Ended).ToListAsync(Ended);

        var seam = updates.FindIndex(u => u.RawRepresentation is Migration);
        seam.ShouldBe(20);
        updates[seam].Contents.ShouldBeEmpty();
        var response = updates.ToChatResponse();
        (response.Text, response.Messages.Count).ShouldBe((whole.Text, 1));
        response
            .Messages[0]
            .AdditionalProperties![OllamaChatClient.ContinuityKey]
            .ShouldBeOfType<ContinuityReport>()
            .Exact.ShouldBeTrue();
    }

    private static Task<Servers> TwoAsync()
    {
        OllamaEmulatorOptions options = new() { Models = [new() { Name = "m", Template = PromptTemplate.Plain }] };
        return Servers.StartAsync(options, options);
    }
}
