using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Tests.Hostile;

/// <summary>What a client should not send.</summary>
public sealed class HostileTests
{
    private const string Secret = "zebra-umbrella-91";

    private static readonly string[] s_paths =
    [
        "api/chat",
        "api/generate",
        "api/embed",
        "api/show",
        "v1/chat/completions",
        "v1/completions",
        "v1/embeddings",
        "v1/responses",
        "v1/messages",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Broken_bodies_get_a_clear_error_everywhere_and_never_500_and_the_gateway_stays_up()
    {
        await using var lab = await HomeLab.StartAsync(1);
        var valid = """
            {"model":"llama3.1:8b","max_tokens":3,"prompt":"x","input":"x","stream":true,"options":{"num_predict":3,"temperature":0},
             "messages":[{"role":"user","content":"Why?"},{"role":"assistant","content":[{"type":"text","text":"zebra-umbrella-91"}],
             "tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"f"}}],
             "stop":["a"],"response_format":{"type":"json_schema","json_schema":{"schema":{}}},"think":"low","format":"json"}
            """;
        Random random = new(7);
        List<string> bodies =
        [
            "",
            "null",
            "[]",
            "\"x\"",
            "{",
            "{\"model\":\"llama3.1:8b\",\"model\":\"other\"}",
            "{\"model\":\"\\ud800\",\"messages\":[],\"max_tokens\":1}",
            string.Concat(Enumerable.Repeat("{\"a\":", 5000)),
            string.Concat(Enumerable.Repeat("[", 100_000)),
            "\uFEFF{}",
            .. Enumerable.Range(0, 400).Select(_ => Mutate(valid, random)),
        ];
        foreach (var (body, n) in bodies.Select((b, n) => (b, n)))
        {
            var path = s_paths[n % s_paths.Length];
            using StringContent content = new(body, Encoding.UTF8, "application/json");
            using var response = await lab.Http.PostAsync(path, content, Token);
            var reply = await response.Content.ReadAsStringAsync(Token);

            ((int)response.StatusCode).ShouldNotBe(500, $"{path}: {body} got {reply}");
            if (!response.IsSuccessStatusCode)
            {
                JsonNode.Parse(reply)!["error"].ShouldNotBeNull();
            }
        }

        var (text, _) = await lab.AskAsync(HomeLab.Question(tokens: 5));
        text.Length.ShouldBeGreaterThan(0);
        lab.Logs.All.ShouldNotContain(Secret);
        lab.Logs.All.ShouldNotContain("failed.");
        lab.Gateway.Router.Home.All[0].Open.ShouldBe(0);
    }

    [Fact]
    public async Task A_prompt_larger_than_allowed_is_413_and_one_just_below_is_passed_on()
    {
        await using var lab = await HomeLab.StartAsync(1, o => o.MaxBodyBytes = 1 << 20);
        foreach (var path in s_paths)
        {
            // The head alone: who is refused by it need not be listened to.
            using var socket = await ConnectAsync(lab);
            var head = $"POST /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {(1 << 20) + 1}\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(head), Token);
            (await ReadAsync(socket)).ShouldStartWith("HTTP/1.1 413", customMessage: path);
        }

        var (text, _) = await lab.AskAsync(HomeLab.Question(new string('x', 1_000_000), tokens: 3));
        text.Length.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/tags HTTP/1.1\r\nHost: x\r\n\r\n"
    )]
    [InlineData(
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 400\r\n\r\nnullGET /api/tags HTTP/1.1\r\n\r\n"
    )]
    [InlineData("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET /api/tags HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET /api/../api/pull HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("POST //api/pull HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    public async Task Smuggled_requests_reach_no_server(string raw)
    {
        await using var lab = await HomeLab.StartAsync(1, o => o.ProbeSeconds = 3600);
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All[0].View.Up);
        using var socket = await ConnectAsync(lab);
        await socket.SendAsync(Encoding.ASCII.GetBytes(raw), Token);
        var reply = await ReadAsync(socket);

        reply.ShouldStartWith("HTTP/1.1 4");
        lab.Servers[0].Requests.ShouldAllBe(r => r.Method == "GET");
    }

    [Fact]
    public async Task Who_sends_or_reads_a_byte_at_a_time_holds_up_nobody_and_leaves_nothing_open()
    {
        await using var lab = await HomeLab.StartAsync(1);
        List<Socket> slow = [];
        for (var i = 0; i < 50; i++)
        {
            var socket = await ConnectAsync(lab);
            slow.Add(socket);
            await socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"model\""
                ),
                Token
            );
        }

        var (text, _) = await lab.AskAsync(HomeLab.Question(tokens: 5));
        text.Length.ShouldBeGreaterThan(0);
        // Kestrel gives a body five seconds to get faster than 240 bytes a second.
        (await ReadAsync(slow[0])).ShouldStartWith("HTTP/1.1 408");
        slow.ForEach(s => s.Dispose());
        lab.Gateway.Router.Home.All[0].Open.ShouldBe(0);
    }

    [Fact]
    public async Task A_client_that_leaves_stops_the_server_at_every_stage()
    {
        await using var lab = await HomeLab.StartAsync(
            1,
            server: o => (o.LoadTime, o.TokenInterval) = (TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(20))
        );
        foreach (var stay in new[] { 0, 50, 400, 600, 900 })
        {
            using CancellationTokenSource leave = new(TimeSpan.FromMilliseconds(stay), TimeProvider.System);
            try
            {
                using var response = await lab.PostAsync("api/chat", HomeLab.Question(tokens: 500), leave.Token);
                await response.Content.ReadAsStringAsync(leave.Token);
            }
            catch (OperationCanceledException)
            {
                // As intended.
            }

            await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All[0].Open == 0);
        }

        await HomeLab.UntilAsync(() => lab.Servers[0].InFlight == 0);
        // The load was the gateway's own, so that it was not given up with its first client.
        lab.Servers[0].Requests.Count(r => r.Path == "/api/generate").ShouldBe(1);
        lab.Gateway.Callers.Identify(new Microsoft.AspNetCore.Http.DefaultHttpContext()).Open.ShouldBe(0);
    }

    [Fact]
    public async Task A_client_that_leaves_its_place_in_the_queue_or_between_two_servers_leaves_nothing_behind()
    {
        await using var lab = await HomeLab.StartAsync(1, o => (o.BackendParallel, o.HeartbeatSeconds) = (1, 0.1));
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All[0].View.Up);
        lab.Servers[0].Hang();
        var first = lab.AskAsync(HomeLab.Question(tokens: 30));
        await HomeLab.UntilAsync(() => lab.Gateway.Router.Home.All[0].Open == 1);
        using (CancellationTokenSource leave = new())
        {
            var queued = lab.PostAsync("api/chat", HomeLab.Question(), leave.Token);
            await HomeLab.UntilAsync(() => lab.Gateway.Router.Held == 1);
            await leave.CancelAsync();
            await HomeLab.UntilAsync(() => lab.Gateway.Router.Held == 0);
            await Should.ThrowAsync<OperationCanceledException>(async () =>
                await (await queued).Content.ReadAsStringAsync(leave.Token)
            );
        }

        lab.Servers[0].Resume();
        (await first).Text.Length.ShouldBeGreaterThan(0);

        lab.Servers[0].Arm(new(Testing.Ollama.StreamFaultKind.Kill, 5));
        using (CancellationTokenSource leave = new())
        {
            using var cut = await lab.PostAsync("api/chat", HomeLab.Question(tokens: 50), leave.Token);
            await HomeLab.UntilAsync(() => lab.Gateway.Router.Held == 1);
            await leave.CancelAsync();
        }

        await HomeLab.UntilAsync(() => lab.Gateway.Router.Held == 0);
        await HomeLab.UntilAsync(() =>
            lab.Gateway.Callers.Identify(new Microsoft.AspNetCore.Http.DefaultHttpContext()).Open == 0
        );
        lab.Gateway.Router.Home.All[0].Open.ShouldBe(0);
        lab.Logs.All.ShouldNotContain("failed.");
    }

    private static string Mutate(string valid, Random random)
    {
        StringBuilder body = new(valid);
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = random.Next(body.Length);
            switch (random.Next(4))
            {
                case 0:
                    body.Remove(at, Math.Min(random.Next(1, 40), body.Length - at));
                    break;
                case 1:
                    body.Insert(at, "{}[]\",:0tfn\u0001\u00E9"[random.Next(13)]);
                    break;
                case 2:
                    body[at] = (char)random.Next(1, 128);
                    break;
                default:
                    var values = valid.Split('"');
                    body.Replace(
                        $"\"{values[(random.Next(values.Length / 2) * 2) + 1]}\"",
                        random.Next(2) == 0 ? "7" : "null"
                    );
                    break;
            }

            if (body.Length == 0)
            {
                break;
            }
        }

        return body.ToString();
    }

    private static async Task<Socket> ConnectAsync(HomeLab lab)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, lab.Address.Port, Token);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[65536];
        var read = await socket.ReceiveAsync(buffer, Token);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
