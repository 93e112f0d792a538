using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HybridLlm.Nebula.Bundles;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Mesh;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Benchmarks.Nebula;

/// <summary>
/// Ours beside other programs, in one run on one machine: openssl, nebula-cert, and a real lighthouse. Ratios are what to read;
/// the figures only say how large.
/// </summary>
internal static class NebulaReport
{
    private static readonly string s_tools =
        Environment.GetEnvironmentVariable("HYBRIDLLM_TOOLS")
        ?? Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "hybridllm-tools"
        );

    public static async Task WriteAsync()
    {
        StringBuilder report = new(
            """
            # Nebula, beside other programs

            Written by `dotnet run -c Release --project benchmarks/HybridLlm.Benchmarks -- nebula-report`. Read the ratios.
            Signatures and meshes are counted in processor time (as `openssl speed` does), programs and probes by the clock.

            """
        );
        await SignaturesAsync(report);
        await CertificatesAsync(report);
        await MeshesAsync(report);
        await ProbesAsync(report);
        Console.Write(report);
        await File.WriteAllTextAsync(Path.Combine(Reports.Folder, "nebula-report.md"), report.ToString());
    }

    private static async Task SignaturesAsync(StringBuilder report)
    {
        report.Append(
            "\n## Signatures a processor second\n\n| | ours | openssl speed | ours / openssl |\n|---|---|---|---|\n"
        );
        foreach (var (curve, name) in new[] { (NebulaCurve.Curve25519, "ed25519"), (NebulaCurve.P256, "ecdsap256") })
        {
            var key = CaKeyPair.Generate(curve);
            var message = new byte[200];
            var signature = await key.SignAsync(message);
            var speed = (await RunAsync("openssl", "speed", "-seconds", "2", name)).Split('\n').Last(l => l.Length > 0);
            var theirs = speed.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2..].Select(Number).ToArray();
            Row(
                report,
                $"{name} sign",
                await Rates.PerProcessorSecondAsync(async () => await key.SignAsync(message)),
                theirs[0]
            );
            Row(
                report,
                $"{name} verify",
                await Rates.PerProcessorSecondAsync(() => Task.FromResult(key.PublicKey.Verify(message, signature))),
                theirs[1]
            );
        }
    }

    private static async Task CertificatesAsync(StringBuilder report)
    {
        var folder = Directory.CreateTempSubdirectory("hybridllm-bench-");
        var nebulaCert = Path.Combine(s_tools, "bin", "nebula-cert");
        var sample = await NebulaSample.CreateAsync(NebulaCurve.Curve25519);
        var certificate = await sample.IssueAsync();
        var pem = certificate.ToPem();
        CaPool pool = new([sample.Authority.Certificate]);
        await File.WriteAllTextAsync(At("ca.crt"), sample.Authority.Certificate.ToPem());
        await File.WriteAllTextAsync(At("ca.key"), sample.CaKey.ExportPem());
        await File.WriteAllTextAsync(At("h.pub"), sample.HostKey.ToPem());
        await File.WriteAllTextAsync(At("h.crt"), pem);

        report.Append(
            "\n## Certificates a second (Curve25519, v2)\n\n| | ours | spawning nebula-cert | ours / nebula-cert |\n|---|---|---|---|\n"
        );
        string[] sign =
        [
            "sign",
            "-name",
            "h",
            "-networks",
            "10.1.0.1/16",
            "-ca-crt",
            At("ca.crt"),
            "-ca-key",
            At("ca.key"),
            "-in-pub",
            At("h.pub"),
            "-out-crt",
            "-",
        ];
        await RowAsync("issue", sample.IssueAsync, sign);
        await RowAsync(
            "read",
            () => Task.FromResult(NebulaCertificate.ParsePem(pem)),
            "print",
            "-json",
            "-path",
            At("h.crt")
        );
        await RowAsync(
            "verify",
            () => Task.FromResult(pool.Verify(certificate, certificate.NotBefore)),
            "verify",
            "-ca",
            At("ca.crt"),
            "-crt",
            At("h.crt")
        );
        folder.Delete(recursive: true);

        string At(string name) => Path.Combine(folder.FullName, name);

        // In turns, so that whatever else the machine does slows both down.
        async Task RowAsync<T>(string what, Func<Task<T>> ours, params string[] arguments)
        {
            var rates = (Ours: new List<double>(), Theirs: new List<double>());
            for (var turn = 0; turn < 10; turn++)
            {
                rates.Ours.Add(await Rates.PerSecondAsync(ours, Rates.Turn));
                rates.Theirs.Add(await Rates.PerSecondAsync(() => RunAsync(nebulaCert, arguments), Rates.Turn));
            }

            Row(report, what, Median(rates.Ours), Median(rates.Theirs));
        }
    }

    private static async Task MeshesAsync(StringBuilder report)
    {
        report.Append(
            "\n## Issue and configure a mesh\n\n| hosts | processor seconds | peak memory, MB | seconds per 1,000 |\n|---|---|---|---|\n"
        );
        await NebulaMeshBenchmark.BuildAsync(100);
        foreach (var hosts in new[] { 1_000, 10_000, 50_000 })
        {
            var before = Environment.CpuUsage.TotalTime;
            await NebulaMeshBenchmark.BuildAsync(hosts);
            var seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            using var process = Process.GetCurrentProcess();
            report.Append(
                CultureInfo.InvariantCulture,
                $"| {hosts:N0} | {seconds:0.0} | {process.PeakWorkingSet64 / 1e6:0} | {seconds * 1000 / hosts:0.00} |\n"
            );
        }
    }

    private static async Task ProbesAsync(StringBuilder report)
    {
        var folder = Directory.CreateTempSubdirectory("hybridllm-bench-");
        var sample = await NebulaSample.CreateAsync(NebulaCurve.Curve25519);
        var endpoint = FreeEndpoint();
        using var lighthouse = await StartLighthouseAsync(sample, folder.FullName, endpoint);
        var key = HostKeyPair.Generate();
        var identity = await sample.Authority.IssueAsync(
            new HostCertificateRequest
            {
                Name = "probe",
                PublicKey = key.PublicKey,
                Networks = [NebulaPrefix.Parse("10.201.32.1/16")],
                Groups = [MeshGroups.Probe],
                NotBefore = sample.Authority.Certificate.NotBefore,
            }
        );
        await using MeshProbe probe = new(
            new ProbeIdentity(identity, key, new CaPool([sample.Authority.Certificate])),
            TimeProvider.System
        );
        await Rates.PerSecondAsync(HandshakeAsync, Rates.Turn);
        var rate = await Rates.PerSecondAsync(HandshakeAsync, Rates.Long);
        await using var tunnel = (await probe.ConnectAsync(endpoint)).Tunnel!;
        var pings = await Rates.PerSecondAsync(() => tunnel.PingAsync(), Rates.Long);
        lighthouse.Kill();
        await lighthouse.WaitForExitAsync();
        folder.Delete(recursive: true);
        report.Append(
            CultureInfo.InvariantCulture,
            $"\n## Probe against a real lighthouse on loopback, one after the other\n\n| | a second |\n|---|---|\n| handshake and close | {rate:0} |\n| ping | {pings:0} |\n"
        );

        async Task<ProbeResult> HandshakeAsync()
        {
            var result = await probe.ConnectAsync(endpoint);
            await result.Tunnel!.DisposeAsync();
            return result;
        }
    }

    private static async Task<Process> StartLighthouseAsync(NebulaSample sample, string folder, IPEndPoint endpoint)
    {
        var key = HostKeyPair.Generate();
        HostBundle bundle = new()
        {
            Authorities = [sample.Authority.Certificate],
            Certificates =
            [
                await sample.Authority.IssueAsync(
                    new HostCertificateRequest
                    {
                        Name = "lighthouse",
                        PublicKey = key.PublicKey,
                        Networks = [NebulaPrefix.Parse("10.201.0.1/16")],
                        NotBefore = sample.Authority.Certificate.NotBefore,
                    }
                ),
            ],
            Key = key,
            Config = NodeConfigPlanner.Plan(
                new NodeConfigSpec
                {
                    Role = MeshRole.Lighthouse,
                    Pki = HostBundle.PkiIn(folder),
                    Lighthouses = [],
                    Device = null,
                    ListenHost = endpoint.Address.ToString(),
                    ListenPort = endpoint.Port,
                }
            ) with
            {
                Logging = new LoggingConfig { Level = NebulaLogLevel.Error },
            },
        };
        await BundleWriter.WriteAsync(folder, bundle.Files());
        return Process.Start(
            Path.Combine(s_tools, "bin", "nebula"),
            ["-config", Path.Combine(folder, BundleFile.ConfigName)]
        );
    }

    private static IPEndPoint FreeEndpoint()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {await errors}");
    }

    private static void Row(StringBuilder report, string what, double ours, double theirs) =>
        report.Append(CultureInfo.InvariantCulture, $"| {what} | {ours:N0} | {theirs:N0} | {ours / theirs:0.00} |\n");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
