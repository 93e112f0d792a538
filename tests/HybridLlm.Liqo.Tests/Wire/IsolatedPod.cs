using System.Diagnostics;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>
/// A process with the files and variables that Kubernetes gives a container: a mount namespace of its own in which the service account's
/// folder is a folder of the test's.
/// </summary>
internal sealed class IsolatedPod : IDisposable
{
    private const string Mounting = """
        set -e
        run=$(readlink -f /var/run)
        mount -t tmpfs tmpfs "$run"
        mkdir -p "$run/secrets/kubernetes.io/serviceaccount"
        mount --bind "$1" "$run/secrets/kubernetes.io/serviceaccount"
        shift
        exec "$@"
        """;

    private readonly Process _process;

    private IsolatedPod(Process process) => _process = process;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts a program; skips the test where the machine gives no mount namespaces, and fails it in CI on Debian as root.</summary>
    /// <param name="serviceAccount">Folder with token, ca.crt and namespace.</param>
    /// <param name="server">The cluster's API server.</param>
    /// <param name="program">Path of its assembly.</param>
    public static async Task<IsolatedPod> StartAsync(string serviceAccount, Uri server, string program)
    {
        await RequireMountsAsync(serviceAccount);
        var start = Isolated(serviceAccount, "dotnet", program);
        start.Environment["KUBERNETES_SERVICE_HOST"] = server.Host;
        start.Environment["KUBERNETES_SERVICE_PORT"] = $"{server.Port}";
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return new IsolatedPod(Process.Start(start)!);
    }

    /// <summary>Sends a line and returns the answer.</summary>
    public async Task<string?> AskAsync()
    {
        await _process.StandardInput.WriteLineAsync("?".AsMemory(), Stop);
        await _process.StandardInput.FlushAsync(Stop);
        return await _process.StandardOutput.ReadLineAsync(Stop);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static async Task RequireMountsAsync(string folder)
    {
        var reason = OperatingSystem.IsLinux() ? await WhyNotAsync(folder) : "mount namespaces are Linux's";
        if (reason is null)
        {
            return;
        }

        if (
            Environment.GetEnvironmentVariable("CI") == "true"
            && Environment.IsPrivilegedProcess
            && File.Exists("/etc/debian_version")
        )
        {
            Assert.Fail($"In CI on Debian, root has mount namespaces, but {reason}.");
        }

        Assert.Skip($"Needs a mount namespace: {reason}.");
    }

    private static async Task<string?> WhyNotAsync(string folder)
    {
        if (!File.Exists("/usr/bin/unshare"))
        {
            return "unshare is not installed";
        }

        var tried = await Command.TryAsync(Isolated(folder, "true"));
        return tried.ExitCode == 0 ? null : tried.Error.Trim();
    }

    /// <summary>As root a mount namespace alone; otherwise within a user namespace that makes one root.</summary>
    private static ProcessStartInfo Isolated(string serviceAccount, params string[] command) =>
        new(
            "/usr/bin/unshare",
            [
                .. Environment.IsPrivilegedProcess ? ["--mount"] : new[] { "--user", "--map-root-user", "--mount" },
                "sh",
                "-c",
                Mounting,
                "pod",
                serviceAccount,
                .. command,
            ]
        );
}
