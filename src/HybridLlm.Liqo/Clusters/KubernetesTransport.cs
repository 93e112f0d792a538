using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;

namespace HybridLlm.Liqo.Clusters;

/// <summary>
/// HTTP to one API server. KubernetesClient brings the kubeconfig, the TLS and the credentials; its generated models are
/// left aside, because they need reflection and know nothing of Liqo's kinds.
/// </summary>
internal sealed class KubernetesTransport(Kubernetes client, ClusterConnectionOptions options)
{
    private readonly CallRetry _retry = new(options.Time);

    public Uri Server => client.BaseUri;

    /// <summary>Makes a call, again where that helps, and returns the JSON answered.</summary>
    /// <exception cref="KubernetesCallException">The server refuses.</exception>
    /// <exception cref="ClusterUnreachableException">The server does not answer.</exception>
    public Task<JsonDocument> CallAsync(
        HttpMethod method,
        string path,
        RequestBody? body,
        CancellationToken cancellationToken
    ) =>
        _retry.RunAsync(
            token =>
                BoundedAsync(
                    method,
                    path,
                    options.CallTimeout,
                    async bounded =>
                    {
                        using var answer = await SendAsync(method, path, body, bounded).ConfigureAwait(false);
                        using var stream = await answer.Content.ReadAsStreamAsync(bounded).ConfigureAwait(false);
                        return await JsonDocument.ParseAsync(stream, cancellationToken: bounded).ConfigureAwait(false);
                    },
                    token
                ),
            cancellationToken
        );

    /// <summary>Opens an answer that goes on; only its head is bounded in time.</summary>
    /// <exception cref="KubernetesCallException">The server refuses.</exception>
    /// <exception cref="ClusterUnreachableException">The server does not answer.</exception>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken) =>
        _retry.RunAsync(token => HeadAsync(path, options.CallTimeout, token), cancellationToken);

    /// <summary>Whether a server with this cluster's certificate answers at all, asked once.</summary>
    public async Task<bool> AnswersAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await HeadAsync("livez", limit, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesCallException)
        {
            return true;
        }
        catch (ClusterUnreachableException)
        {
            return false;
        }
    }

    private Task<HttpResponseMessage> HeadAsync(string path, TimeSpan limit, CancellationToken cancellationToken) =>
        BoundedAsync(
            HttpMethod.Get,
            path,
            limit,
            bounded => SendAsync(HttpMethod.Get, path, null, bounded),
            cancellationToken
        );

    /// <summary>Sends once and reads the head of the answer; a refusal becomes an exception.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        RequestBody? body,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = new(method, new Uri(Server, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = body is null ? null : new StringContent(body.Json.ToJsonString(), Encoding.UTF8, body.MediaType),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        if (client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var answer = await client
            .HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await RefusalAsync($"{method} {path}", answer, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The wire is real: what it may take is measured by the system's clock, not by the one waits go by.</summary>
    private async Task<T> BoundedAsync<T>(
        HttpMethod method,
        string path,
        TimeSpan limit,
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource timeout = new(limit, TimeProvider.System);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await call(bounded.Token).ConfigureAwait(false);
        }
        catch (Exception lost)
            when (lost is HttpRequestException or IOException or JsonException
                || (lost is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw new ClusterUnreachableException(Server, $"{method} {path}", lost);
        }
    }

    private async Task<KubernetesCallException> RefusalAsync(
        string call,
        HttpResponseMessage answer,
        CancellationToken cancellationToken
    )
    {
        var code = (int)answer.StatusCode;
        var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        var status = StatusAnswer.Parse(text);
        return new KubernetesCallException(
            Server,
            call,
            code,
            status?.Reason,
            status?.Message ?? text,
            StatusReasons.KindOf(code, status?.Reason)
        )
        {
            RetryAfter = answer.Headers.RetryAfter?.Delta,
        };
    }
}

/// <summary>What a call sends.</summary>
internal sealed record RequestBody(JsonNode Json, string MediaType);
