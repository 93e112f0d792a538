using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Kubernetes.Access;

/// <summary>Tells who calls: by client certificate, by bearer token, or nobody. Thread-safe.</summary>
internal sealed class Authenticator(ClusterAuthorities authorities, TimeProvider time)
{
    private const string Bearer = "Bearer ";
    private const string ImpersonateUser = "Impersonate-User";
    private const string ImpersonateGroup = "Impersonate-Group";

    private readonly ConcurrentDictionary<string, ClusterUser> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ClusterUser> _certificates = new(StringComparer.Ordinal);

    public void AddToken(string token, ClusterUser user) => _tokens[token] = user;

    /// <summary>The caller; null when it shows something that does not hold.</summary>
    public ClusterUser? Authenticate(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return _tokens.GetValueOrDefault(authorization[Bearer.Length..].Trim());
        }

        return context.Connection.ClientCertificate is { } certificate
            ? FromCertificate(certificate)
            : ClusterUser.Anonymous;
    }

    /// <summary>Whom the caller wants to be; null when it speaks for itself.</summary>
    public static ClusterUser? Impersonated(HttpContext context)
    {
        var name = context.Request.Headers[ImpersonateUser].ToString();
        return name.Length == 0
            ? null
            : ClusterUser.Of(name, context.Request.Headers[ImpersonateGroup].Select(g => g ?? ""));
    }

    private ClusterUser? FromCertificate(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow().LocalDateTime;
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            return null;
        }

        var thumbprint = certificate.Thumbprint;
        if (_certificates.TryGetValue(thumbprint, out var known))
        {
            return known;
        }

        return authorities.Issued(certificate, time.GetUtcNow())
            ? _certificates.GetOrAdd(thumbprint, _ => ClusterUser.Of(certificate))
            : null;
    }
}
