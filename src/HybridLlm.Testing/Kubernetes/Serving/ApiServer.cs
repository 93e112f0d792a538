using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Selecting;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>Takes requests from the wire: who, what, whether allowed, then the answer. Everything is written to the log.</summary>
internal sealed class ApiServer(ClusterState cluster)
{
    private readonly ResourceService _resources = new(cluster);
    private readonly Discovery _discovery = new(cluster);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await HandleAsync(http, await ReadBodyAsync(http).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
    }

    private async Task HandleAsync(HttpContext http, byte[] body)
    {
        var isWatch = http.Request.Query["watch"].ToString() is "true" or "1";
        var target = ApiTarget.Read(http.Request.Method, http.Request.Path.Value ?? "/", isWatch);
        var user = cluster.Authenticator.Authenticate(http);
        var impersonated = user is null ? null : Authenticator.Impersonated(http);
        var seen = Describe(target, impersonated?.Name ?? user?.Name ?? "", body);
        try
        {
            Authorise(target, user, impersonated);
            await ExecuteAsync(http, target, impersonated ?? user!, seen, body).ConfigureAwait(false);
        }
        catch (ApiFailure failure)
        {
            await FailAsync(http, seen, failure).ConfigureAwait(false);
        }
    }

    private void Authorise(ApiTarget target, ClusterUser? user, ClusterUser? impersonated)
    {
        if (user is null)
        {
            throw ApiFailure.Unauthorized();
        }

        if (
            impersonated is not null
            && !cluster.Access.Allows(
                user,
                new AccessQuestion
                {
                    Verb = "impersonate",
                    Resource = "users",
                    Name = impersonated.Name,
                }
            )
        )
        {
            throw new ApiFailure(
                403,
                "Forbidden",
                $"users \"{impersonated.Name}\" is forbidden: User \"{user.Name}\" cannot impersonate resource \"users\" "
                    + "in API group \"\" at the cluster scope",
                new JsonObject { ["name"] = impersonated.Name, ["kind"] = "users" }
            );
        }
    }

    private async Task ExecuteAsync(HttpContext http, ApiTarget target, ClusterUser user, ClusterCall seen, byte[] body)
    {
        if (cluster.Faults.Take(seen, afterEffect: false) is { } fault)
        {
            await FailOnPurposeAsync(http, seen, fault.Status).ConfigureAwait(false);
            return;
        }

        if (!target.IsResource)
        {
            await AnswerPathAsync(http, target, user, seen).ConfigureAwait(false);
            return;
        }

        if (
            cluster.Kinds.Find(target.Group, target.Version, target.Resource) is not { } kind
            || (target.Subresource.Length > 0 && ResourceService.ScopeOf(kind, target.Subresource) is null)
        )
        {
            await NotServedAsync(http, seen).ConfigureAwait(false);
            return;
        }

        var call = new ApiCall
        {
            Target = target,
            Kind = kind,
            User = user,
            UserAgent = http.Request.Headers.UserAgent.ToString(),
            ContentType = (http.Request.ContentType ?? "application/json").Split(';')[0].Trim(),
            Body = body,
            Queries = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal),
        };
        CheckAccess(call);
        if (target.Verb == "watch")
        {
            await WatchAsync(http, call, seen).ConfigureAwait(false);
            return;
        }

        var answer = _resources.Handle(call);
        if (cluster.Faults.Take(seen, afterEffect: true) is { } lost)
        {
            await FailOnPurposeAsync(http, seen, lost.Status).ConfigureAwait(false);
            return;
        }

        await AnswerAsync(http, seen, answer.Status, "application/json", answer.Body.ToBytes()).ConfigureAwait(false);
    }

    private void CheckAccess(ApiCall call)
    {
        var question = AccessQuestion.Of(call.Target);
        if (call.Target.Name.Length == 0 && call.Query("fieldSelector") is { Length: > 0 } fields)
        {
            question = question with { Name = FieldSelector.Parse(fields, call.Kind).Name ?? "" };
        }

        if (!cluster.Access.Allows(call.User, question))
        {
            throw ApiFailure.Forbidden(call.Kind, call.Target.Name, question.Refusal(call.User));
        }
    }

    private async Task AnswerPathAsync(HttpContext http, ApiTarget target, ClusterUser user, ClusterCall seen)
    {
        var question = AccessQuestion.Of(target);
        if (!cluster.Access.Allows(user, question))
        {
            throw new ApiFailure(403, "Forbidden", $"forbidden: {question.Refusal(user)}", []);
        }

        if (target.Path is "/livez" or "/readyz" or "/healthz")
        {
            await AnswerAsync(http, seen, 200, "text/plain; charset=utf-8", "ok"u8.ToArray()).ConfigureAwait(false);
        }
        else if (_discovery.Answer(target.Path) is { } found)
        {
            await AnswerAsync(http, seen, 200, "application/json", found.ToBytes()).ConfigureAwait(false);
        }
        else
        {
            await NotServedAsync(http, seen).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(HttpContext http, ApiCall call, ClusterCall seen)
    {
        WatchStream stream = new(cluster, call, http.Response);
        cluster.Calls.Add(seen with { Status = 200 });
        if (await stream.RunAsync(http.RequestAborted).ConfigureAwait(false))
        {
            http.Abort();
        }
    }

    /// <summary>0 never answers.</summary>
    private async Task FailOnPurposeAsync(HttpContext http, ClusterCall seen, int status)
    {
        if (status == 0)
        {
            cluster.Calls.Add(seen);
            await Task.Delay(Timeout.InfiniteTimeSpan, cluster.Time, http.RequestAborted).ConfigureAwait(false);
        }

        throw ApiFailure.OnPurpose(status);
    }

    private Task FailAsync(HttpContext http, ClusterCall seen, ApiFailure failure)
    {
        if (failure.RetryAfter is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return AnswerAsync(http, seen, failure.Status, "application/json", failure.ToStatus().ToBytes());
    }

    // Not a Status: clients that parse every error as one are in for a surprise.
    private Task NotServedAsync(HttpContext http, ClusterCall seen) =>
        AnswerAsync(http, seen, 404, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes("404 page not found\n"));

    private async Task AnswerAsync(HttpContext http, ClusterCall seen, int status, string type, byte[] body)
    {
        cluster.Calls.Add(seen with { Status = status });
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        if (http.Request.Method != "HEAD")
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
        }
    }

    private ClusterCall Describe(ApiTarget target, string user, byte[] body) =>
        new()
        {
            Time = cluster.Now,
            Verb = target.Verb,
            Group = target.Group,
            Resource = target.Resource,
            Subresource = target.Subresource,
            Namespace = target.Namespace,
            Name = target.Verb == "create" && target.Name.Length == 0 ? NameIn(body) : target.Name,
            Path = target.Path,
            User = user,
            Status = 0,
        };

    // As a real server's audit log has it.
    private static string NameIn(byte[] body) => KubeJson.TryParse(body).TextAt("metadata", "name") ?? "";

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        using MemoryStream bytes = new();
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted).ConfigureAwait(false);
        return bytes.ToArray();
    }
}
