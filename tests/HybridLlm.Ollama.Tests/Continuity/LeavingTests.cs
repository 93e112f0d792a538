using HybridLlm.Testing.Ollama;
using HybridLlm.Testing.Tests.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>Whoever asked leaves: at every stage of an answer's life its servers become idle, and nothing holds on to them.</summary>
public sealed class LeavingTests
{
    private const int Cut = 20;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public Task Before_the_first_server_answers() =>
        LeaveAsync(servers => servers[0].Hang(), until: servers => servers[0].InFlight > 0);

    [Fact]
    public Task While_the_first_server_answers() =>
        LeaveAsync(
            servers => servers[0].Arm(new StreamFault(StreamFaultKind.Hang, Cut)),
            until: (_, so) => so?.Chunks.Count == Cut
        );

    [Fact]
    public Task While_there_is_no_other_server()
    {
        var waits = false;
        return LeaveAsync(
            servers =>
            {
                servers[0].Arm(new StreamFault(StreamFaultKind.Kill, Cut));
                servers.BeforeNext = ended =>
                {
                    waits = true;
                    return NeverAsync(ended);
                };
            },
            until: _ => waits
        );
    }

    [Fact]
    public Task While_the_next_server_is_asked_who_it_is() =>
        LeaveAsync(
            servers =>
            {
                servers[0].Arm(new StreamFault(StreamFaultKind.Cut, Cut));
                servers[1].Hang();
            },
            until: servers => servers[1].InFlight > 0
        );

    [Fact]
    public Task While_the_next_server_loads_the_model() =>
        LeaveAsync(
            servers => servers[0].Arm(new StreamFault(StreamFaultKind.Cut, Cut)),
            until: servers => servers[1].Requests.Any(r => r.Body.Contains("_debug_render_only")),
            loadTime: TimeSpan.FromHours(1)
        );

    [Fact]
    public Task While_the_next_server_goes_on() =>
        LeaveAsync(
            servers =>
            {
                servers[0].Arm(new StreamFault(StreamFaultKind.Cut, Cut));
                servers[1].Arm(new StreamFault(StreamFaultKind.Hang, 5));
            },
            until: (_, so) => so?.Chunks.Count == Cut + 5
        );

    [Fact]
    public Task While_the_seam_is_proven() =>
        LeaveAsync(
            servers => servers[0].Arm(new StreamFault(StreamFaultKind.Cut, Cut)),
            until: (servers, so) => so?.Migrations.Count == 1 && servers[1].InFlight > 0 && IsProof(servers),
            // Its last line is out, and the question that proves the seam is not answered.
            whole: (servers, lines) => servers[1].Arm(new StreamFault(StreamFaultKind.Hang, lines - Cut))
        );

    [Fact]
    public async Task While_a_draining_servers_successor_is_looked_for()
    {
        using CancellationTokenSource notice = new();
        var waits = false;
        await LeaveAsync(
            servers =>
            {
                servers.Draining = notice.Token;
                servers.BeforeNext = ended =>
                {
                    waits = true;
                    return NeverAsync(ended);
                };
                servers[0].Arm(new StreamFault(StreamFaultKind.Hang, Cut));
            },
            until: (_, so) =>
            {
                if (so?.Chunks.Count == Cut)
                {
                    notice.Cancel();
                }

                return waits;
            }
        );
    }

    private static Task LeaveAsync(Action<Servers> arrange, Func<Servers, bool> until, TimeSpan loadTime = default) =>
        LeaveAsync(arrange, (servers, _) => until(servers), loadTime);

    private static async Task LeaveAsync(
        Action<Servers> arrange,
        Func<Servers, Answer?, bool> until,
        TimeSpan loadTime = default,
        Action<Servers, int>? whole = null
    )
    {
        OllamaEmulatorOptions options = new() { Models = [new() { Name = "m", Template = PromptTemplate.Plain }] };
        OllamaEmulatorOptions slow = new()
        {
            Models = options.Models,
            TimeProvider = new WatchedClock(),
            LoadTime = loadTime,
        };
        await using var servers = await Servers.StartAsync(options, slow);
        var undisturbed = await servers.WholeAsync(OllamaApi.Chat, Ask.Chat("Hello"));
        arrange(servers);
        whole?.Invoke(servers, undisturbed.Chunks.Count);
        using CancellationTokenSource leaves = new();
        Answer? so = null;

        var asked = servers.AskAsync(
            OllamaApi.Chat,
            Ask.Chat("Hello"),
            cancellationToken: leaves.Token,
            received: answer => so = answer
        );
        while (!until(servers, so))
        {
            asked.IsCompleted.ShouldBeFalse();
            await Task.Delay(1, Ended);
        }

        await leaves.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asked);
        // A hung server notices nothing before it goes on.
        servers[0].Resume();
        servers[1].Resume();
        while (servers[0].InFlight + servers[1].InFlight > 0)
        {
            await Task.Delay(1, Ended);
        }

        servers.Leases.Values.ShouldAllBe(count => count == 0);
    }

    private static bool IsProof(Servers servers) =>
        servers[1].Requests[^1] is { Path: "/api/chat" } last
        && last.Body.Contains("\"num_predict\":", StringComparison.Ordinal);

    private static async Task<bool> NeverAsync(CancellationToken ended)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ended);
        return true;
    }
}
