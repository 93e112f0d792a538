using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HybridLlm.Testing.Kubernetes.Genuine;

/// <summary>An etcd, a kube-apiserver and a kube-controller-manager on loopback, in a folder that goes with them.</summary>
internal sealed class ServerProcesses : IAsyncDisposable
{
    private static readonly TimeSpan s_untilGone = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridllm-kube-");
    private readonly List<Process> _running = [];
    private readonly string _binaries;

    private ServerProcesses(string binaries)
    {
        _binaries = binaries;
        Endpoint = new Uri($"https://127.0.0.1:{FreePort()}/");
    }

    /// <summary>Where the API server answers.</summary>
    public Uri Endpoint { get; }

    /// <summary>Its log of calls, one JSON object a line.</summary>
    public string AuditLog => PathOf("audit.log");

    /// <summary>Starts etcd and the API server; they are not ready yet.</summary>
    public static ServerProcesses Start(string binaries, ClusterAuthorities authorities, EmulatedClusterOptions options)
    {
        ServerProcesses processes = new(binaries);
        processes.Write(authorities, options);
        processes.StartServer();
        return processes;
    }

    /// <summary>Starts the controller manager, which needs a server that is ready.</summary>
    public void StartControllers(string kubeconfig)
    {
        File.WriteAllText(PathOf("kubeconfig"), kubeconfig);
        Run(
            "kube-controller-manager",
            [
                $"--kubeconfig={PathOf("kubeconfig")}",
                "--bind-address=127.0.0.1",
                $"--secure-port={FreePort()}",
                $"--service-account-private-key-file={PathOf("accounts.key")}",
                $"--root-ca-file={PathOf("server-ca.crt")}",
                "--use-service-account-credentials",
                "--leader-elect=false",
                .. IsBefore24("kube-controller-manager") ? ["--port=0"] : Array.Empty<string>(),
                // What kubelets, nodes and load balancers do is emulated.
                "--controllers=*,-nodeipam,-nodelifecycle,-cloud-node-lifecycle,-service,-route,-csrsigning,-csrapproving",
            ]
        );
    }

    /// <summary>What it said last, for who waits for it in vain; null while everything runs.</summary>
    public string? WhyEnded() =>
        _running.Find(p => p.HasExited) is { } ended
            ? $"{ended.StartInfo.FileName} ended with {ended.ExitCode}: {string.Concat(File.ReadLines(LogOf(ended)).TakeLast(5))}"
            : null;

    /// <summary>Kills everything at once.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            process.Kill();
        }

        foreach (var process in _running)
        {
            using CancellationTokenSource limit = new(s_untilGone, TimeProvider.System);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            process.Dispose();
        }

        _running.Clear();
        var calls = File.Exists(AuditLog) ? await File.ReadAllTextAsync(AuditLog).ConfigureAwait(false) : "";
        LastCalls = calls;
        if (_folder.Exists)
        {
            _folder.Delete(recursive: true);
        }
    }

    /// <summary>The log of calls as it was when everything ended.</summary>
    public string LastCalls { get; private set; } = "";

    private void Write(ClusterAuthorities authorities, EmulatedClusterOptions options)
    {
        using var certificate = authorities.IssueServer(options.TlsNames);
        using var key = certificate.GetECDsaPrivateKey()!;
        using var accounts = RSA.Create(2048);
        File.WriteAllText(PathOf("server-ca.crt"), authorities.ServerAuthorityPem);
        File.WriteAllText(PathOf("client-ca.crt"), authorities.ClientAuthorityPem);
        File.WriteAllText(PathOf("server.crt"), certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(PathOf("server.key"), key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(PathOf("accounts.key"), accounts.ExportRSAPrivateKeyPem() + "\n");
        File.WriteAllText(
            PathOf("audit.yaml"),
            """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - level: None
              userGroups: ["system:serviceaccounts", "system:nodes"]
            - level: Metadata

            """
        );
    }

    private void StartServer()
    {
        var (store, peers) = (FreePort(), FreePort());
        Run(
            "etcd",
            $"--data-dir={PathOf("etcd")}",
            "--unsafe-no-fsync",
            $"--listen-client-urls=http://127.0.0.1:{store}",
            $"--advertise-client-urls=http://127.0.0.1:{store}",
            $"--listen-peer-urls=http://127.0.0.1:{peers}",
            $"--initial-advertise-peer-urls=http://127.0.0.1:{peers}",
            $"--initial-cluster=default=http://127.0.0.1:{peers}",
            "--logger=zap",
            "--log-level=warn"
        );
        Run(
            "kube-apiserver",
            $"--etcd-servers=http://127.0.0.1:{store}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            $"--secure-port={Endpoint.Port}",
            $"--tls-cert-file={PathOf("server.crt")}",
            $"--tls-private-key-file={PathOf("server.key")}",
            $"--client-ca-file={PathOf("client-ca.crt")}",
            "--authorization-mode=RBAC",
            // Nobody makes tokens for pods that never run.
            "--disable-admission-plugins=ServiceAccount",
            "--service-account-issuer=https://kubernetes.default.svc",
            $"--service-account-key-file={PathOf("accounts.key")}",
            $"--service-account-signing-key-file={PathOf("accounts.key")}",
            "--service-cluster-ip-range=10.0.0.0/16",
            "--endpoint-reconciler-type=none",
            "--allow-privileged=true",
            $"--audit-policy-file={PathOf("audit.yaml")}",
            $"--audit-log-path={AuditLog}",
            "--audit-log-mode=blocking"
        );
    }

    /// <summary>Whether a program still has the port without TLS that Kubernetes 1.24 took away; it has to be told not to open it.</summary>
    private bool IsBefore24(string program)
    {
        using var asked = Process.Start(
            new ProcessStartInfo(Path.Combine(_binaries, program), "--version") { RedirectStandardOutput = true }
        )!;
        var said = asked.StandardOutput.ReadToEnd();
        asked.WaitForExit();
        return said.Split(" v1.") is [_, var rest]
            && int.TryParse(rest.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            && minor < 24;
    }

    private void Run(string program, params IEnumerable<string> arguments)
    {
        var log = LogOf(program);

        // Through a shell only for the redirection: a pipe that nobody reads would fill up and block the server.
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = _folder.FullName };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" >\"$log\" 2>&1");
        start.ArgumentList.Add(program);
        start.ArgumentList.Add(log);
        start.ArgumentList.Add(Path.Combine(_binaries, program));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _running.Add(Process.Start(start)!);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string LogOf(Process process) => LogOf(process.StartInfo.ArgumentList[2]);

    private string LogOf(string program) => PathOf($"{program}.log");

    private static string FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
