using System.Diagnostics;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>
/// A node whose user data is run by the machine's own <c>sh</c>, openssl, curl and tar in a scratch root. Only what would touch the
/// machine itself (systemd, mounts, power) is replaced, by programs that write down how they were called.
/// </summary>
internal sealed class ScriptedNode : IDisposable
{
    private static readonly string[] s_replaced = ["systemctl", "systemd-run", "mount", "shutdown"];

    private readonly ScratchFolder _folder = new();

    public ScriptedNode()
    {
        foreach (var program in s_replaced)
        {
            var path = _folder.Write($"bin/{program}", $"#!/bin/sh\necho \"{program} $*\" >> '{_folder["calls"]}'\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public string Root => _folder["root"];

    public X25519PrivateKey Nebula { get; } = X25519PrivateKey.Create();

    public X25519PrivateKey Mailbox { get; } = X25519PrivateKey.Create();

    public CommandResult? Result { get; private set; }

    /// <summary>How the replaced programs were called, in order.</summary>
    public string[] Calls => File.Exists(_folder["calls"]) ? File.ReadAllLines(_folder["calls"]) : [];

    /// <summary>Runs the instance's user data to its end, with this node's keys.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="reports">Whether the controller hears how it ended.</param>
    public async Task BootAsync(InstanceGuest instance, bool reports = true)
    {
        PlaceKey("nebula.pem", Nebula);
        PlaceKey("mailbox.pem", Mailbox);
        var script = _folder["user-data"];
        await File.WriteAllBytesAsync($"{script}.gz", instance.UserData.ToArray());
        await Command.RunAsync(RealTools.RequireOnPath("gzip"), "-d", $"{script}.gz");
        if (!reports)
        {
            var nowhere = NodeUserData.Parse(instance.UserData.Span).ReportUrl.AbsoluteUri;
            await File.WriteAllTextAsync(
                script,
                (await File.ReadAllTextAsync(script)).Replace(nowhere, "http://127.0.0.1:1/", StringComparison.Ordinal)
            );
        }

        ProcessStartInfo start = new(RealTools.RequireOnPath("sh"), [script]);
        start.Environment["HYBRIDLLM_ROOT"] = Root;
        start.Environment["HYBRIDLLM_IMDS"] = instance.MetadataEndpoint.AbsoluteUri.TrimEnd('/');
        start.Environment["PATH"] = $"{_folder["bin"]}:{start.Environment["PATH"]}";
        Result = await Command.TryAsync(start);
    }

    /// <summary>Every file of the scratch root: path on the node, content, mode.</summary>
    public IReadOnlyList<(string Path, byte[] Content, UnixFileMode Mode)> Files() =>
        [
            .. Directory
                .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
                .Select(f => (f[Root.Length..], File.ReadAllBytes(f), File.GetUnixFileMode(f)))
                .OrderBy(f => f.Item1, StringComparer.Ordinal),
        ];

    public void Dispose()
    {
        Nebula.Dispose();
        Mailbox.Dispose();
        _folder.Dispose();
    }

    /// <summary>The script keeps a key that is there, so that a second run goes on where the first stopped.</summary>
    private void PlaceKey(string name, X25519PrivateKey key)
    {
        // PKCS#8 of an X25519 key: a fixed head and the 32 bytes (RFC 8410).
        byte[] pkcs8 = [.. Convert.FromHexString("302e020100300506032b656e04220420"), .. key.Export()];
        var pem = $"-----BEGIN PRIVATE KEY-----\n{Convert.ToBase64String(pkcs8)}\n-----END PRIVATE KEY-----\n";
        var path = Path.Combine(Root, "opt", "hybridllm", "boot", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, pem);
    }
}
