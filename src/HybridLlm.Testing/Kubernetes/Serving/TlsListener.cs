using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>HTTPS on a free port of 127.0.0.1, HTTP/1.1 and HTTP/2. A client may show a certificate; the handler judges it.</summary>
internal sealed class TlsListener : IAsyncDisposable
{
    private readonly WebApplication _listener;

    private TlsListener(WebApplication listener, Uri endpoint)
    {
        _listener = listener;
        Endpoint = endpoint;
    }

    /// <summary>E.g. <c>https://127.0.0.1:41235/</c>.</summary>
    public Uri Endpoint { get; }

    public static async Task<TlsListener> StartAsync(
        RequestDelegate handler,
        X509Certificate2 certificate,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(
                        certificate,
                        https =>
                        {
                            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                            https.AllowAnyClientCertificate();
                        }
                    )
            );
        });
        var listener = builder.Build();
        listener.Run(handler);
        await listener.StartAsync(cancellationToken).ConfigureAwait(false);
        var addresses = listener.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new TlsListener(listener, new Uri(addresses.Addresses.Single()));
    }

    /// <summary>Cuts every connection and takes no new one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
    }
}
