using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ollama;

namespace HybridLlm.Gateway.Tests.Hosting;

/// <summary>samples/GatewayHost as its documentation starts it, and curl.</summary>
public sealed class GatewayHostTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Curl_gets_the_whole_answer_through_a_server_that_is_killed_in_the_middle_of_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        OllamaEmulatorOptions options = new() { Parallel = 4, TokenInterval = TimeSpan.FromMilliseconds(10) };
        await using var one = await OllamaEmulator.StartAsync(options, Token);
        await using var other = await OllamaEmulator.StartAsync(options, Token);
        var url = $"http://127.0.0.1:{FreePort()}";
        using var host = Start(
            "dotnet",
            HostPath(),
            "--urls",
            url,
            $"--Gateway:Backends:0={one.Address}",
            $"--Gateway:Backends:1={other.Address}"
        );
        try
        {
            await UntilAsync(url);
            var expected = Text(await CurlAsync(url + "/api/chat", HomeLab.Question(tokens: 150)));
            var serving = new[] { one, other }.Single(s => s.Requests.Any(r => r.Path == "/api/chat"));

            serving.Arm(new StreamFault(StreamFaultKind.Kill, 40));
            var answer = await CurlAsync(url + "/api/chat", HomeLab.Question(tokens: 150));

            Text(answer).ShouldBe(expected);
            answer.ShouldContain("\"hybridllm\":{\"migrations\":1,\"exact\":true}");
            (await CurlAsync(url + "/v1/models")).ShouldContain(HomeLab.Model);
            (await CurlAsync(url + "/api/pull", new JsonObject())).ShouldContain("not offered");
        }
        finally
        {
            host.Kill(entireProcessTree: true);
            await host.WaitForExitAsync(Token);
        }
    }

    [Fact]
    public async Task Without_servers_it_says_how_to_name_them()
    {
        using var host = Start("dotnet", HostPath(), "--urls", $"http://127.0.0.1:{FreePort()}");
        var said = await host.StandardError.ReadToEndAsync(Token);
        await host.WaitForExitAsync(Token);
        host.ExitCode.ShouldBe(2);
        said.ShouldContain("--Gateway:Backends:0=");
    }

    private static string HostPath()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;
        return Repository.PathOf("artifacts", "bin", "GatewayHost", configuration, "GatewayHost.dll");
    }

    private static string Text(string lines) =>
        string.Concat(
            lines
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => JsonNode.Parse(l)!["message"]?["content"]?.ToString())
        );

    private static async Task<string> CurlAsync(string url, JsonObject? body = null)
    {
        string[] arguments = body is null ? ["-sS", url] : ["-sSN", url, "-d", body.ToJsonString()];
        using var curl = Start("/usr/bin/curl", arguments);
        var said = await curl.StandardOutput.ReadToEndAsync(Token);
        await curl.WaitForExitAsync(Token);
        curl.ExitCode.ShouldBe(0, await curl.StandardError.ReadToEndAsync(Token));
        return said;
    }

    private static async Task UntilAsync(string url)
    {
        using HttpClient http = new();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(url + "/api/tags", Token);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, Token);
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Process Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        return Process.Start(start)!;
    }
}
