using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HybridLlm.Testing.Ollama;
using k8s;
using k8s.Models;

namespace HybridLlm.Ollama.Tests.Kubernetes;

/// <summary>The scripts of the manifest, run by a real shell against the emulator.</summary>
public sealed class WorkloadScriptTests : IDisposable
{
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public WorkloadScriptTests()
    {
        // Stands in for the image's program: the server is the emulator.
        var ollama = Path.Combine(_programs.FullName, "ollama");
        File.WriteAllText(ollama, "#!/bin/sh\nexec sleep 600\n");
        File.SetUnixFileMode(ollama, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _programs.Delete(recursive: true);

    [Fact]
    public async Task Ready_means_resident()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);

        var before = await RunAsync(Ready(), emulator);
        await client.PreloadAsync("llama3.1:8b", cancellationToken: Ended);
        var after = await RunAsync(Ready(), emulator);

        (before.ExitCode, before.Error).ShouldBe((1, "llama3.1:8b is not in memory\n"));
        (after.ExitCode, after.Error).ShouldBe((0, ""));
    }

    [Fact]
    public async Task Partly_in_system_memory_is_not_ready()
    {
        await using var emulator = await OllamaEmulator.StartAsync(new() { GpuMemoryBytes = 1_000_000 }, Ended);
        using OllamaClient client = new(emulator.Address);
        await client.PreloadAsync("llama3.1:8b", cancellationToken: Ended);

        var result = await RunAsync(Ready(), emulator);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("only 1000000 are in GPU memory");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_not_ready()
    {
        using TcpListener nobody = new(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();

        (await RunAsync(Ready(), port)).ExitCode.ShouldNotBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_start_pulls_what_is_missing_loads_it_for_ever_and_ends_with_the_server(bool installed)
    {
        EmulatedModel model = new() { Name = "llama3.1:8b" };
        await using var emulator = await OllamaEmulator.StartAsync(
            new() { Models = installed ? [model] : [], Registry = [model] },
            Ended
        );
        using OllamaClient client = new(emulator.Address);
        using var start = Start(Commands().Start, emulator.Address.Port);

        IReadOnlyList<ResidentModel> resident;
        while ((resident = await client.ListResidentAsync(Ended)).Count == 0)
        {
            start.HasExited.ShouldBeFalse();
            await Task.Yield();
        }

        resident.Single().ExpiresAt.Year.ShouldBeGreaterThan(2200);
        emulator.Requests.Count(r => r.Path == "/api/pull").ShouldBe(installed ? 0 : 1);
        await Command.RunAsync("/bin/kill", "-TERM", start.Id.ToString(CultureInfo.InvariantCulture));
        await start.WaitForExitAsync(Ended);
        start.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task The_start_refuses_a_model_of_another_digest_than_pinned()
    {
        await using var emulator = await OllamaEmulator.StartAsync(null, Ended);
        using OllamaClient client = new(emulator.Address);
        var digest = (await client.ListInstalledAsync(Ended)).Single(m => m.Name == "llama3.1:8b").Digest;

        var result = await RunAsync(Commands().Start, emulator.Address.Port, ("HYBRIDLLM_DIGEST", new string('b', 64)));

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain($"llama3.1:8b is {digest}, and {new string('b', 64)} was pinned");
        (await client.ListResidentAsync(Ended)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_start_fails_with_the_servers_words_where_the_model_cannot_be_had()
    {
        await using var emulator = await OllamaEmulator.StartAsync(new() { Models = [], Registry = [] }, Ended);

        var result = await RunAsync(Commands().Start, emulator.Address.Port);

        result.ExitCode.ShouldNotBe(0);
        result.Output.ShouldContain("file does not exist");
    }

    [Fact]
    public async Task The_drain_tells_the_gateway_and_waits_for_the_last_connection()
    {
        using var gateway = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        using TcpClient stream = new();
        await stream.ConnectAsync(IPAddress.Loopback, port, Ended);
        var accepted = await server.AcceptTcpClientAsync(Ended);

        using var drain = Start(
            Commands().Drain,
            port,
            ("HYBRIDLLM_DRAIN_SECONDS", "600"),
            ("HYBRIDLLM_DRAIN_PAUSE", "0"),
            ("HYBRIDLLM_DRAIN_URL", $"{gateway.Address}drain")
        );
        while (gateway.Requests.IsEmpty)
        {
            await Task.Yield();
            drain.HasExited.ShouldBeFalse();
        }

        gateway.Requests.Single().ShouldStartWith("POST /drain HTTP/1.0\r\n");
        drain.HasExited.ShouldBeFalse();
        accepted.Dispose();
        stream.Dispose();
        await drain.WaitForExitAsync(Ended);
        drain.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task The_drain_waits_no_longer_than_it_may()
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        using TcpClient stream = new();
        await stream.ConnectAsync(IPAddress.Loopback, port, Ended);
        using var accepted = await server.AcceptTcpClientAsync(Ended);

        var result = await RunAsync(
            Commands().Drain,
            port,
            ("HYBRIDLLM_DRAIN_SECONDS", "2"),
            ("HYBRIDLLM_DRAIN_PAUSE", "0")
        );

        result.ExitCode.ShouldBe(0);
        accepted.Connected.ShouldBeTrue();
    }

    private static (string Start, string Ready, string Drain) Commands()
    {
        var yaml = Workloads.Plain.ToManifest().ToYaml();
        var container = KubernetesYaml
            .Deserialize<V1Deployment>(yaml.Split("---\n")[1], strict: true)
            .Spec.Template.Spec.Containers[0];
        return (
            container.Command[2],
            container.ReadinessProbe.Exec.Command[2],
            container.Lifecycle.PreStop.Exec.Command[2]
        );
    }

    private static string Ready() => Commands().Ready;

    private Task<CommandResult> RunAsync(string script, OllamaEmulator emulator) =>
        RunAsync(script, emulator.Address.Port);

    private Task<CommandResult> RunAsync(string script, int port, params (string, string)[] more) =>
        Command.TryAsync(StartInfo(script, port, more));

    private Process Start(string script, int port, params (string, string)[] more) =>
        Process.Start(StartInfo(script, port, more))!;

    private ProcessStartInfo StartInfo(string script, int port, (string Name, string Value)[] more)
    {
        ProcessStartInfo start = new(RealTools.RequireOnPath("bash"), ["-c", script]);
        start.Environment["PATH"] = $"{_programs.FullName}:{start.Environment["PATH"]}";
        start.Environment["OLLAMA_HOST"] = $"0.0.0.0:{port}";
        start.Environment["HYBRIDLLM_MODEL"] = "llama3.1:8b";
        foreach (var (name, value) in more)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
