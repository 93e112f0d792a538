using System.Net;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Tests.Routing;

/// <summary>Servers that are to be stopped, are loaded unevenly, or fail all they are given.</summary>
public sealed class DrainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_drained_server_hands_its_open_answers_over_and_gets_no_new_ones_until_it_is_taken_back()
    {
        await using var calm = await HomeLab.StartAsync(1);
        var (expected, _) = await calm.AskAsync(HomeLab.Question(tokens: 100));
        await using var lab = await HomeLab.StartAsync(2, server: o => o.TokenInterval = TimeSpan.FromMilliseconds(20));
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All.All(b => b.View.Up));
        var answer = lab.AskAsync(HomeLab.Question(tokens: 100));
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All.Any(b => b.Open > 0));
        await Task.Delay(300, Token);
        var leaving = lab.Gateway.Router.Home.All.Single(b => b.Open > 0);

        using var drained = await lab.Http.PostAsync($"gateway/backends/drain?backend={leaving.Name}", null, Token);
        drained.StatusCode.ShouldBe(HttpStatusCode.OK);
        leaving.Open.ShouldBe(0);

        var (text, lines) = await answer;
        text.ShouldBe(expected);
        lines[^1]["hybridllm"]!["migrations"]!.GetValue<int>().ShouldBe(1);
        // The next one was made ready before the move.
        var other = lab.Servers.Single(s => s.Address != new Uri(leaving.Name));
        other.Requests.ShouldContain(r => r.Path == "/api/generate" && !r.Body.Contains("raw"));
        await lab.AskAsync(HomeLab.Question(tokens: 3));
        lab.Gateway.Router.Home.TryTake(new() { Model = HomeLab.Model })!.Backend.ShouldNotBe(leaving);

        using var list = await lab.Http.GetAsync("gateway/backends", Token);
        JsonNode.Parse(await list.Content.ReadAsStringAsync(Token))!["backends"]!
            .AsArray()
            .Count(b => b!["draining"]!.GetValue<bool>())
            .ShouldBe(1);
        using var back = await lab.Http.DeleteAsync($"gateway/backends/drain?backend={leaving.Name}", Token);
        leaving.Usable.ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_lost_while_an_answer_is_being_handed_over_to_it_costs_no_character()
    {
        await using var calm = await HomeLab.StartAsync(1);
        var (expected, _) = await calm.AskAsync(HomeLab.Question(tokens: 150));
        await using var lab = await HomeLab.StartAsync(
            3,
            server: o => (o.TokenInterval, o.LoadTime) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1))
        );
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All.All(b => b.View.Up));
        var home = lab.Gateway.Router.Home.All;
        var answer = lab.AskAsync(HomeLab.Question(tokens: 150));
        await HomeLab.UntilAsync(() => lab.Servers.Any(s => s.InFlight > 0 && s.Requests.Any(IsQuestion)));
        await Task.Delay(200, Token);
        var leaving = home.Single(b => b.Open > 0);
        var drained = lab.Http.PostAsync($"gateway/backends/drain?backend={leaving.Name}", null, Token);
        // The next one is asked to load the model, which takes a second; it does not live that long.
        await HomeLab.UntilAsync(() => home.Any(b => b != leaving && b.Open > 0));
        var next = home.First(b => b != leaving && b.Open > 0);
        await lab.Servers.Single(s => s.Address == new Uri(next.Name)).KillAsync();

        var (text, lines) = await answer;
        text.ShouldBe(expected);
        lines[^1]["done"]!.GetValue<bool>().ShouldBeTrue();
        (await drained).StatusCode.ShouldBe(HttpStatusCode.OK);
        home.Sum(b => b.Open).ShouldBe(0);

        static bool IsQuestion(HybridLlm.Testing.Ollama.EmulatedRequest request) => request.Path == "/api/chat";
    }

    [Fact]
    public async Task Load_is_spread_within_a_quarter_of_the_average_and_what_begins_alike_stays_together()
    {
        await using var lab = await HomeLab.StartAsync(3);
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All.All(b => b.View.Up));
        var home = lab.Gateway.Router.Home;
        HashSet<string> chosen = [];
        for (var i = 0; i < 50; i++)
        {
            using var grant = home.TryTake(new() { Model = HomeLab.Model, Prefix = 4711 })!;
            chosen.Add(grant.Backend!.Name);
        }

        chosen.Count.ShouldBe(1);
        Random random = new(3);
        List<Gateway.Routing.Grant> open = [];
        for (var i = 1; i <= 600; i++)
        {
            // Half of the requests begin alike.
            open.Add(home.TryTake(new() { Model = HomeLab.Model, Prefix = random.Next(2) * random.Next() })!);
            home.All.Max(b => b.Open).ShouldBeLessThanOrEqualTo((int)Math.Ceiling(1.25 * i / 3) + 1);
            if (random.Next(3) == 0)
            {
                var ends = random.Next(open.Count);
                open[ends].Dispose();
                open.RemoveAt(ends);
                i--;
            }
        }

        open.ForEach(g => g.Dispose());
        home.All.Sum(b => b.Open).ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_answers_looks_but_fails_requests_is_left_alone_for_a_while()
    {
        await using var lab = await HomeLab.StartAsync(1, o => o.ProbeSeconds = 3600);
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All[0].View.Up);
        var backend = lab.Gateway.Router.Home.All[0];
        for (var i = 0; i < 4; i++)
        {
            backend.Usable.ShouldBeTrue();
            await lab.Gateway.Router.Home.ExamineAsync(backend, Token);
        }

        backend.Usable.ShouldBeFalse();
        using var refused = await lab.PostAsync("api/chat", HomeLab.Question());
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }
}
