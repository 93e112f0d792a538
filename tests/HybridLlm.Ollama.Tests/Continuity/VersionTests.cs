using System.Net;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>An answer goes on at the weights and the version it began at, or says why not.</summary>
public sealed class VersionTests
{
    private static readonly OllamaEmulatorOptions s_first = Version("0.33.0");
    private static readonly OllamaEmulatorOptions s_other = Version("0.35.1");

    [Fact]
    public async Task An_answer_does_not_go_on_at_another_version_and_says_so()
    {
        await using var servers = await Servers.StartAsync(s_first, s_other);
        ContinuityOptions once = new() { MaxMigrations = 1, IdentityLifetime = TimeSpan.MaxValue };
        // So that it has said who it is before it is killed.
        await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"), once);
        servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 20));

        var failure = await Should.ThrowAsync<OllamaException>(
            servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"), once)
        );

        var lost = failure.ShouldBeOfType<ContinuityLostException>();
        lost.Message.ShouldContain("0.35.1");
        lost.Message.ShouldContain("0.33.0");
        lost.Remedy.ShouldContain(nameof(ContinuityOptions.RequireSameVersion));
        // It was not even made to load the model.
        servers[1].Requests.ShouldAllBe(r => r.Method == "GET");
    }

    [Fact]
    public async Task A_server_of_another_version_is_passed_over_for_one_of_the_same()
    {
        await using var servers = await Servers.StartAsync(s_first, s_other, s_first);
        var whole = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        (answer.Text, answer.Last.Continuity!.Exact).ShouldBe((whole.Text, true));
        answer.Migrations.ShouldHaveSingleItem().To.ShouldBe(servers.Address(2));
    }

    [Fact]
    public async Task Another_version_that_is_allowed_is_a_doubt()
    {
        await using var servers = await Servers.StartAsync(s_first, s_other);
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var answer = await servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello"),
            new ContinuityOptions { RequireSameVersion = false }
        );

        answer.Last.Continuity!.Doubts.ShouldHaveSingleItem().ShouldContain("version");
    }

    [Fact]
    public async Task A_replay_at_another_version_is_not_called_exact()
    {
        await using var servers = await Servers.StartAsync(s_first, s_other);
        var body = Ask.Chat("Hello");
        body["format"] = "json";
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 8));

        var answer = await servers.AskAsync(OllamaApi.Chat, body, new ContinuityOptions { RequireSameVersion = false });

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.Replay);
        answer.Last.Continuity!.Doubts.ShouldHaveSingleItem().ShouldContain("version");
    }

    [Fact]
    public async Task Before_the_first_byte_any_version_will_do()
    {
        await using var servers = await Servers.StartAsync(s_first, s_other);
        servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 0));

        var answer = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));

        answer.Migrations.Single().Method.ShouldBe(ContinuationMethod.Restart);
        (answer.Reason, answer.Last.Continuity!.Exact).ShouldBe(("stop", true));
    }

    [Fact]
    public async Task A_server_that_does_not_say_its_version_answers_but_nobody_goes_on_with_that()
    {
        using Versions versions = new(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound)));
        await using var servers = await Servers.StartAsync(versions, s_first, s_first);
        versions.Of(servers[0].Address);
        var whole = await servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        (whole.Reason, whole.Chunks.Count).ShouldBe(("stop", whole.Tokens!.Value.Item2));
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));

        var lost = await Should.ThrowAsync<ContinuityLostException>(
            servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"), new ContinuityOptions { MaxMigrations = 1 })
        );

        lost.Message.ShouldContain("did not say");
        servers[0].Arm(new StreamFault(StreamFaultKind.Cut, 20));
        var answer = await servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello"),
            new ContinuityOptions { RequireSameVersion = false }
        );
        answer.Text.ShouldBe(whole.Text);
        answer.Last.Continuity!.Doubts.ShouldHaveSingleItem().ShouldContain("did not say");
    }

    [Fact]
    public async Task A_server_lost_before_it_said_its_version_has_delivered_nothing_and_the_answer_starts_again()
    {
        TaskCompletionSource<HttpResponseMessage> never = new();
        using Versions versions = new(ended => never.Task.WaitAsync(ended));
        await using var servers = await Servers.StartAsync(versions, s_first, s_other);
        versions.Of(servers[0].Address);
        servers[0].Arm(new StreamFault(StreamFaultKind.Kill, 1));

        var asked = servers.AskAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        while (servers[0].InFlight > 0 || !servers[0].Requests.Any(r => r.Path == "/api/chat"))
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        never.SetException(new HttpRequestException("gone"));
        var answer = await asked;

        answer.Migrations.ShouldHaveSingleItem().Method.ShouldBe(ContinuationMethod.Restart);
        (answer.Reason, answer.Last.Continuity!.Exact).ShouldBe(("stop", true));
    }

    private static OllamaEmulatorOptions Version(string version) =>
        new() { Version = version, Models = [new() { Name = "m", Template = PromptTemplate.Plain }] };

    /// <summary>Answers for one server what its version is.</summary>
    private sealed class Versions(Func<CancellationToken, Task<HttpResponseMessage>> answer) : DelegatingHandler
    {
        private Uri? _server;

        public void Of(Uri server) => _server = new Uri(server, "/api/version");

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => request.RequestUri == _server ? answer(cancellationToken) : base.SendAsync(request, cancellationToken);
    }
}
