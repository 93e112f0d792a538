using System.Text;

namespace HybridLlm.Testing.Kubernetes;

/// <summary>Writes kubeconfigs with everything inside.</summary>
internal static class Kubeconfig
{
    public static string WithCertificate(
        string cluster,
        Uri server,
        string authority,
        string user,
        string certificate,
        string key,
        string? proxy = null
    ) =>
        Write(
            cluster,
            server,
            authority,
            user,
            $"""
                client-certificate-data: {Base64(certificate)}
                client-key-data: {Base64(key)}
            """,
            proxy
        );

    public static string WithToken(string cluster, Uri server, string authority, string user, string token) =>
        Write(cluster, server, authority, user, $"    token: {token}");

    private static string Write(
        string cluster,
        Uri server,
        string authority,
        string user,
        string credentials,
        string? proxy = null
    ) =>
        $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {cluster}
              cluster:
                server: {server.AbsoluteUri.TrimEnd('/')}{(proxy is null ? "" : $"\n    proxy-url: {proxy}")}
                certificate-authority-data: {Base64(authority)}
            users:
            - name: {user}
              user:
            {credentials}
            contexts:
            - name: {cluster}
              context:
                cluster: {cluster}
                user: {user}
            current-context: {cluster}

            """;

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));
}
