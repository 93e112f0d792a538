using System.ComponentModel;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.EndToEnd;

/// <summary>A Linux network namespace: a machine's network without the machine. Needs root.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    /// <summary>Whether machines behind it are routed for; each namespace has its own.</summary>
    public const string Forwarding = "/proc/sys/net/ipv4/ip_forward";

    private const int NetworkOnly = 0x40000000;

    private readonly List<IDisposable> _listeners = [];

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    /// <summary>Skips a test, with the reason, where a container or a user may not do what a mesh needs.</summary>
    public static async Task SkipUnlessPossibleAsync()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "Needs root on Linux for network namespaces."
        );
        var ip = RealTools.RequireOnPath("ip");
        var name = $"hl{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2))}-try";
        var added = await RealProgram.RunAsync(ip, [], "netns", "add", name);
        Assert.SkipUnless(added.Exit == 0, $"Needs network namespaces: {added.Errors}");
        using NetworkNamespace tried = new(name);
        var bridge = await RealProgram.RunAsync(ip, [], "-n", name, "link", "add", "br0", "type", "bridge");
        Assert.SkipUnless(bridge.Exit == 0, $"Needs bridges in network namespaces: {bridge.Errors}");
        var reason = await tried.RunAsync(() =>
        {
            try
            {
                File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite).Dispose();
                File.WriteAllText(Forwarding, "1");
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return e.Message;
            }
        });
        Assert.SkipUnless(reason is null, $"Needs tunnel devices and forwarding: {reason}");
    }

    public static async Task<NetworkNamespace> CreateAsync(string name)
    {
        await IpAsync("netns", "add", name);
        NetworkNamespace made = new(name);
        await made.InsideAsync("link", "set", "lo", "up");
        return made;
    }

    /// <summary>Runs <c>ip</c>.</summary>
    public static async Task IpAsync(params string[] arguments)
    {
        var answer = await RealProgram.RunAsync(RealTools.RequireOnPath("ip"), [], arguments);
        answer.Exit.ShouldBe(0, $"ip {string.Join(' ', arguments)}: {answer}");
    }

    /// <summary>Runs <c>ip</c> inside.</summary>
    public Task InsideAsync(params string[] arguments) => IpAsync(["-n", Name, .. arguments]);

    /// <summary>Runs a function on a thread of its own inside; sockets it makes stay inside.</summary>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/var/run/netns/{Name}");
                if (SetNamespace(handle.DangerousGetHandle().ToInt32(), NetworkOnly) != 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                }

                done.SetResult(function());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        thread.Start();
        return done.Task;
    }

    /// <summary>Whether a ping is answered within two seconds.</summary>
    public Task<bool> PingAsync(IPAddress address) => RunAsync(() => Ping(address, TimeSpan.FromSeconds(2)));

    public static bool Ping(IPAddress address, TimeSpan timeout)
    {
        using Ping ping = new();
        try
        {
            return ping.Send(address, (int)timeout.TotalMilliseconds).Status == IPStatus.Success;
        }
        catch (PingException)
        {
            return false;
        }
    }

    /// <summary>Accepts connections to a port of every address inside, and echoes datagrams, until this is disposed.</summary>
    public async Task ListenAsync(int port)
    {
        var (connections, datagrams) = await RunAsync(() =>
        {
            var listener = TcpListener.Create(port);
            listener.Start();
            Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return (listener, socket);
        });
        _listeners.AddRange([connections, datagrams]);
        _ = EchoAsync(datagrams);
    }

    /// <summary>Whether a connection is accepted; firewalls here reject, so the answer is quick.</summary>
    public static bool Connect(IPAddress address, int port)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            return socket.ConnectAsync(address, port).Wait(TimeSpan.FromSeconds(5)) && socket.Connected;
        }
        catch (AggregateException e) when (e.InnerException is SocketException)
        {
            return false;
        }
    }

    /// <summary>Whether a datagram is echoed.</summary>
    public static bool Echoes(IPAddress address, int port)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        try
        {
            socket.Connect(address, port);
            socket.Send([1]);
            return socket.Receive(new byte[1]) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        var buffer = new byte[1];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.IPv6Any, 0));
                await socket.SendToAsync(buffer, received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    public void Dispose()
    {
        _listeners.ForEach(l => l.Dispose());
        using var deleting = System.Diagnostics.Process.Start("ip", ["netns", "del", Name]);
        deleting.WaitForExit();
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(int descriptor, int kind);
}
