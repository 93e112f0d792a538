using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HybridLlm.Reaching;

namespace HybridLlm.EndToEnd.Controller;

/// <summary>The mesh of another process: a first line says who dials whom, then bytes flow.</summary>
public sealed class BridgedMesh(int port) : IMeshDialer
{
    public async ValueTask<Stream> DialAsync(MeshIdentity self, IPEndPoint target, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        NetworkStream stream = new(socket, ownsSocket: true);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Call.Of(self, target).ToLine()), cancellationToken);
        var answer = new byte[1];
        if (await stream.ReadAsync(answer, cancellationToken) == 0)
        {
            await stream.DisposeAsync();
            throw new IOException($"There is no way to {target}.");
        }

        return stream;
    }

    /// <summary>Serves a mesh to other processes until it is cancelled; returns its port.</summary>
    public static int Serve(IMeshDialer mesh, CancellationToken cancellationToken)
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(
            async () =>
            {
                using (listener)
                {
                    while (true)
                    {
                        var client = await listener.AcceptSocketAsync(cancellationToken);
                        _ = RelayAsync(mesh, client, cancellationToken);
                    }
                }
            },
            cancellationToken
        );
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RelayAsync(IMeshDialer mesh, Socket client, CancellationToken cancellationToken)
    {
        await using NetworkStream near = new(client, ownsSocket: true);
        var call = Call.FromLine(await ReadLineAsync(near, cancellationToken));
        await using var far = await mesh.DialAsync(call.Self, call.Target, cancellationToken);
        await near.WriteAsync(new byte[1], cancellationToken);
        await Task.WhenAny(near.CopyToAsync(far, cancellationToken), far.CopyToAsync(near, cancellationToken));
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        List<byte> line = [];
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1 && one[0] != '\n')
        {
            line.Add(one[0]);
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    private sealed record Call(string Address, string Authority, string Certificate, string To)
    {
        [JsonIgnore]
        public MeshIdentity Self =>
            new()
            {
                Address = IPAddress.Parse(Address),
                AuthorityPem = Authority,
                CertificatePem = Certificate,
            };

        [JsonIgnore]
        public IPEndPoint Target => IPEndPoint.Parse(To);

        public static Call Of(MeshIdentity self, IPEndPoint target) =>
            new(self.Address.ToString(), self.AuthorityPem, self.CertificatePem, target.ToString());

        public static Call FromLine(string line) => JsonSerializer.Deserialize<Call>(line)!;

        public string ToLine() => JsonSerializer.Serialize(this) + "\n";
    }
}
