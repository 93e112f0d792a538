using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HybridLlm.Gateway.Tests.Holding;

namespace HybridLlm.Gateway.Tests.Memory;

/// <summary>What many waiting requests cost. The whole process is weighed, so nothing else runs meanwhile.</summary>
[Collection(typeof(MemoryTests))]
[CollectionDefinition(DisableParallelization = true)]
public sealed class MemoryTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_thousand_held_requests_are_one_launch_none_lost_and_let_through_in_a_measured_way()
    {
        const int Count = 5000;
        const int AtOnce = 64;
        await using var lab = await CloudLab.StartAsync(
            o => (o.NodeParallel, o.HeartbeatSeconds, o.MaxHeld) = (AtOnce, 0, Count),
            speed: 1
        );
        var router = lab.Gateway.Router;
        // What a first request costs once is not the held ones'.
        using (var first = lab.PostAsync("api/show", HomeLab.Question(stream: false)))
        {
            await first;
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var answers = Enumerable.Range(0, Count).Select(i => AnswerAsync(lab, i)).ToList();
        await HomeLab.UntilAsync(() => router.Held + router.Cloud!.Granted == Count, within: TimeSpan.FromMinutes(5));
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        router.Cloud!.Granted.ShouldBe(AtOnce);
        router.Held.ShouldBe(Count - AtOnce);

        var most = 0;
        router.Cloud.Changed += () => most = Math.Max(most, router.Cloud.Granted);
        lab.World.Clock.Speed = 100;
        var began = Stopwatch.GetTimestamp();
        (await Task.WhenAll(answers)).ShouldAllBe(done => done);

        output.WriteLine(
            $"{held / Count:N0} bytes a held request, its client and both ends of its connection included; "
                + $"{Count} answered {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after time went on."
        );
        held.ShouldBeLessThan(Count * 100L * 1024);
        lab.Launches.ShouldBe(1);
        most.ShouldBeLessThanOrEqualTo(AtOnce);
        (router.Held, router.Cloud.Granted).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Who_does_not_read_stops_his_own_answer_only_and_costs_no_memory_to_speak_of()
    {
        const int Slow = 20;
        await using EndlessServer server = await EndlessServer.StartAsync();
        await using var lab = await HomeLab.StartAsync([_ => { }], others: [server.Address]);
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All.All(b => b.View.Up));
        await lab.AskAsync(HomeLab.Question(tokens: 50));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        List<Socket> sockets = [];
        var question = $$"""{"model":"{{EndlessServer.Model}}","messages":[]}""";
        for (var i = 0; i < Slow; i++)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, lab.Address.Port, Token);
            await socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: {question.Length}\r\n\r\n{question}"
                ),
                Token
            );
        }

        // Until what lies between them is full and nobody writes any more.
        long written;
        do
        {
            written = server.Written;
            await Task.Delay(500, Token);
        } while (server.Open < Slow || server.Written > written);

        var (text, _) = await lab.AskAsync(HomeLab.Question(tokens: 50));
        text.Length.ShouldBeGreaterThan(0);
        server.Open.ShouldBe(Slow);
        // What the system's sockets hold is not this process's.
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Slow;
        output.WriteLine($"{each:N0} bytes a slow reader, the server's end included.");
        each.ShouldBeLessThan(1 << 20);

        sockets.ForEach(s => s.Dispose());
        await HomeLab.UntilAsync(() => server.Open == 0 && lab.Gateway.Router.Home.All.Sum(b => b.Open) == 0);
    }

    private static async Task<bool> AnswerAsync(CloudLab lab, int number)
    {
        using var response = await lab.PostAsync("api/chat", HomeLab.Question($"{number}", number % 2 == 0, tokens: 2));
        var body = await response.Content.ReadAsStringAsync(Token);
        return response.StatusCode == HttpStatusCode.OK && body.Contains("\"done\":true");
    }
}
