using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Genuine;

/// <summary>Calls a real API server as its administrator, in the terms of the emulated one.</summary>
internal sealed class GenuineApi : IDisposable
{
    /// <summary>User agent of everything that is emulated beside the real server.</summary>
    public const string Agent = "hybridllm-emulated";

    private const int MostBusy = 100;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly X509Certificate2 _authority;
    private readonly HttpClient _http;

    public GenuineApi(Uri server, ClusterAuthorities authorities)
    {
        _authority = X509Certificate2.CreateFromPem(authorities.ServerAuthorityPem);
        var (certificate, key) = authorities.IssueClient("emulator", [Access.ClusterUser.Masters]);
        using var withKey = X509Certificate2.CreateFromPem(certificate, key);
        var credentials = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [credentials],
                RemoteCertificateValidationCallback = (_, shown, _, _) => IsTrusted(shown),
            },
        };
        _http = new HttpClient(handler) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Whether the server says that it is ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri("readyz", UriKind.Relative));
            request.Headers.UserAgent.ParseAdd(Agent);
            using var answer = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Sends a write.</summary>
    /// <returns>The answer's body.</returns>
    /// <exception cref="ApiFailure">The server refused.</exception>
    public JsonObject Send(ApiCall call)
    {
        var target = call.Target;
        var method = target.Verb switch
        {
            "create" => HttpMethod.Post,
            "update" => HttpMethod.Put,
            "delete" => HttpMethod.Delete,
            _ => HttpMethod.Get,
        };
        var path =
            PathOf(call.Kind, target.Namespace, target.Name, target.Subresource)
            + $"?fieldManager={Uri.EscapeDataString(call.UserAgent)}";
        return Read(method, path, method == HttpMethod.Get ? null : call.Body, call.User) is { } body
            ? Named(body, call.Kind)
            : throw new ApiFailure(500, "InternalError", "The server answered with what is no JSON object.");
    }

    /// <summary>Objects of a kind and the version they were read at; null when the server does not serve the kind.</summary>
    public (IReadOnlyList<JsonObject> Objects, string Version)? List(ResourceKind kind)
    {
        try
        {
            var list = Read(HttpMethod.Get, PathOf(kind, "", "", ""));
            return (
                [.. list.ObjectsAt("items").Select(i => Named(i.Copy(), kind))],
                list.TextAt("metadata", "resourceVersion") ?? ""
            );
        }
        catch (ApiFailure failure) when (failure.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Opens a watch; its lines are events.</summary>
    public async Task<StreamReader> WatchAsync(ResourceKind kind, string version, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(
            HttpMethod.Get,
            PathOf(kind, "", "", "") + $"?watch=1&allowWatchBookmarks=true&resourceVersion={version}"
        );
        request.Headers.UserAgent.ParseAdd(Agent);
        var answer = await _http
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
        return new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Items of lists and answers to typed writes may leave out what they are.</summary>
    public static JsonObject Named(JsonObject o, ResourceKind kind)
    {
        if (o.TextAt("kind") != "Status")
        {
            o["apiVersion"] = kind.ApiVersion;
            o["kind"] = kind.Kind;
        }

        return o;
    }

    public void Dispose()
    {
        _http.Dispose();
        _authority.Dispose();
    }

    /// <summary>Asks until the server has the time: a kind that was just defined is "(re)initializing" for a moment.</summary>
    private JsonObject? Read(HttpMethod method, string path, byte[]? body = null, Access.ClusterUser? user = null)
    {
        using ManualResetEventSlim never = new();
        for (var left = MostBusy; ; left--)
        {
            try
            {
                return ReadOnce(method, path, body, user);
            }
            catch (ApiFailure busy) when (busy.Status == (int)HttpStatusCode.TooManyRequests && left > 0)
            {
                never.Wait(s_pause);
            }
        }
    }

    private JsonObject? ReadOnce(HttpMethod method, string path, byte[]? content, Access.ClusterUser? user)
    {
        using HttpRequestMessage request = new(method, path);
        request.Headers.UserAgent.ParseAdd(Agent);
        if (user is not null)
        {
            // Whose request it is stands in what the server makes of it, as in a certificate request.
            request.Headers.Add("Impersonate-User", user.Name);
            request.Headers.Add("Impersonate-Group", Access.ClusterUser.Masters);
        }

        if (content is not null)
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.ContentType = new("application/json");
        }

        try
        {
            using var answer = _http.Send(request);
            using MemoryStream bytes = new();
            answer.Content.ReadAsStream().CopyTo(bytes);
            var body = KubeJson.TryParse(bytes.ToArray());
            return answer.IsSuccessStatusCode
                ? body
                : throw new ApiFailure(
                    (int)answer.StatusCode,
                    body.TextAt("reason"),
                    body.TextAt("message") ?? answer.ReasonPhrase ?? ""
                );
        }
        // As with one that is killed in the middle of a call.
        catch (HttpRequestException gone)
        {
            throw new ApiFailure((int)HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", gone.Message);
        }
    }

    private bool IsTrusted(X509Certificate? shown)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return shown is X509Certificate2 certificate && chain.Build(certificate);
    }

    private static string PathOf(ResourceKind kind, string inNamespace, string name, string subresource)
    {
        var root = kind.Group.Length == 0 ? $"api/{kind.Version}" : $"apis/{kind.Group}/{kind.Version}";
        var scope = inNamespace.Length == 0 ? "" : $"/namespaces/{inNamespace}";
        string[] rest = [kind.Plural, name, subresource];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{root}{scope}/{string.Join('/', rest.Where(r => r.Length > 0).Select(Uri.EscapeDataString))}"
        );
    }
}
