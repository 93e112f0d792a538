using System.ComponentModel;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.EndToEnd;

/// <summary>A Linux network namespace: a machine's network without the machine. Needs root.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const int NetworkOnly = 0x40000000;

    private readonly List<TcpListener> _listeners = [];

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

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

    /// <summary>Listens on a port of every address inside until this is disposed.</summary>
    public async Task ListenAsync(int port) =>
        _listeners.Add(
            await RunAsync(() =>
            {
                TcpListener listener = new(IPAddress.Any, port);
                listener.Start();
                return listener;
            })
        );

    /// <summary>Whether a connection is accepted; firewalls here reject, so the answer is quick.</summary>
    public Task<bool> ConnectAsync(IPAddress address, int port) =>
        RunAsync(() =>
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
        });

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
