using System.Net;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.Gateway.Hosting;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Tenants;

/// <summary>
/// Says who asks. With keys: whoever brings one. Without: this machine, and only where neither <c>Host</c> nor <c>Origin</c> is foreign,
/// so that a page in a browser here cannot ask in its visitor's name.
/// </summary>
internal sealed class Callers
{
    /// <summary>Longest key that is looked at, bytes.</summary>
    private const int MaxKey = 1024;

    private readonly (byte[] Hash, Caller Caller)[] _keys;
    private readonly Caller _anybody;

    public Callers(HybridGatewayOptions options, TimeProvider clock)
    {
        _keys = [.. options.Keys.Select(k => (Convert.FromHexString(k.Sha256), new Caller(k, clock)))];
        _anybody = new Caller(new GatewayKey { Name = "local", Operator = true }, clock);
    }

    /// <summary>Nobody needs a key, so nobody but this machine may ask.</summary>
    public bool LoopbackOnly => _keys.Length == 0;

    /// <exception cref="GatewayRefusal">Nobody who may.</exception>
    public Caller Identify(HttpContext context)
    {
        if (!LoopbackOnly)
        {
            return ByKey(context.Request)
                ?? throw new GatewayRefusal(
                    RefusalKind.Unauthenticated,
                    "This gateway wants a valid API key, as 'Authorization: Bearer KEY' or 'x-api-key: KEY'."
                );
        }

        if (context.Connection.RemoteIpAddress is { } from && !IPAddress.IsLoopback(from))
        {
            throw new GatewayRefusal(
                RefusalKind.Forbidden,
                "Without API keys this gateway answers its own machine only. Configure Gateway:Keys."
            );
        }

        return IsLocal(context.Request.Host.Host) && context.Request.Headers.Origin.All(o => IsLocalOrigin(o))
            ? _anybody
            : throw new GatewayRefusal(
                RefusalKind.Forbidden,
                "Without API keys this gateway refuses foreign Host and Origin headers. Configure Gateway:Keys."
            );
    }

    private Caller? ByKey(HttpRequest request)
    {
        var bearer = request.Headers.Authorization.ToString();
        var key = bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? bearer["Bearer ".Length..].Trim()
            : request.Headers["x-api-key"].ToString();
        if (key.Length is 0 or > MaxKey)
        {
            return null;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Caller? found = null;
        // All of them each time, so that the time taken tells nothing.
        foreach (var (known, caller) in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, known) ? caller : found;
        }

        return found;
    }

    private static bool IsLocal(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsLocalOrigin(string? origin) =>
        string.IsNullOrEmpty(origin)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLocal(uri.Host.Trim('[', ']')));
}
