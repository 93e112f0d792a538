using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Tests.Kubernetes;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>
/// Makes the calls of a recorded scenario again, one after another: each write with the recorded body, in which keys, nonces, versions
/// and generated names are those of the emulated clusters; each read until the answer is as recorded.
/// </summary>
internal sealed class Replay(ReplayWorld world)
{
    private const int Longer = 2;
    private const string NonceName = "liqo-nonce";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async Task RunAsync(string scenario)
    {
        var calls = Recording.ClientCalls(scenario);
        var last = 0;
        for (var i = 0; i < calls.Count; i++)
        {
            // A busy machine needs more of the fast clock's time than the real clusters did.
            var now = (int)calls[i]["ms"]!;
            await world.PassAsync(TimeSpan.FromMilliseconds(Longer * Math.Max(0, now - last)));
            last = now;
            if (!IsRead(calls[i]))
            {
                await WriteAsync(scenario, calls[i]);
            }
            else if (!calls.Skip(i + 1).TakeWhile(IsRead).Any(c => IsSame(c, calls[i])))
            {
                await ReadAsync(scenario, calls[i]);
            }
        }
    }

    private static bool IsRead(JsonObject call) => (string?)call["verb"] is "get" or "list";

    private static bool IsSame(JsonObject a, JsonObject b) =>
        ((string[])["cluster", "verb", "gvr", "ns", "name", "query"]).All(f => JsonNode.DeepEquals(a[f], b[f]));

    private async Task ReadAsync(string scenario, JsonObject call)
    {
        string? last = null;
        try
        {
            await Eventually.TrueAsync(async () =>
            {
                var (code, body) = await SendAsync(call, HttpMethod.Get, null);
                last = $"{code} {body?.ToJsonString()}";
                return code == (int)call["code"]! && IsAsRecorded(call, body);
            });
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(
                $"{scenario}: {Describe(call)}\n  recorded {call["code"]} {call["resp"]?.ToJsonString()}\n  emulated {last}"
            );
        }
    }

    private static bool IsAsRecorded(JsonObject call, JsonObject? body)
    {
        var isLiqos = ((string)call["gvr"]!).Contains(".liqo.io/", StringComparison.Ordinal);
        if ((int)call["code"]! != 200 || call["resp"] is not JsonObject recorded)
        {
            return true;
        }

        if ((string?)call["verb"] == "get")
        {
            return !isLiqos || Recording.Covers(recorded["status"], body?["status"]);
        }

        return !isLiqos
            || recorded["items"]!
                .AsArray()
                .Select(i => (string?)i!["name"])
                .ToHashSet()
                .SetEquals(body!["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["name"]));
    }

    private async Task WriteAsync(string scenario, JsonObject call)
    {
        var (method, type) = (string)call["verb"]! switch
        {
            "create" => (HttpMethod.Post, "application/json"),
            "update" => (HttpMethod.Put, "application/json"),
            "patch" => (HttpMethod.Patch, "application/merge-patch+json"),
            "delete" => (HttpMethod.Delete, "application/json"),
            var other => throw new InvalidOperationException($"No replay of {other}."),
        };
        var (code, answer) = (0, (JsonObject?)null);

        // A controller may write in between, as it did when this was recorded.
        for (var attempt = 0; attempt < 20 && (code == 0 || code == 409); attempt++)
        {
            var body = method == HttpMethod.Delete ? Options(call) : await BodyAsync(call);
            (code, answer) = await SendAsync(call, method, new StringContent(body, new MediaTypeHeaderValue(type)));
        }

        if (code != (int)call["code"]!)
        {
            Assert.Fail($"{scenario}: {Describe(call)} was {call["code"]}, is {code} {answer?.ToJsonString()}");
        }
    }

    private async Task<string> BodyAsync(JsonObject call)
    {
        var body = call["req"]?.DeepClone().AsObject() ?? [];
        var (verb, resource) = ((string)call["verb"]!, ResourceOf(call));
        if (verb == "update")
        {
            var (_, live) = await SendAsync(call, HttpMethod.Get, null, subresource: "");
            if (resource == "certificatesigningrequests")
            {
                live!["status"] = body["status"]!.DeepClone();
                return live.ToJsonString();
            }

            body["metadata"] = live!["metadata"]!.DeepClone();
        }

        switch (resource)
        {
            case "secrets" when verb == "create" && (string?)call["name"] == "liqo-signed-nonce":
                var nonce = await world.SecretAsync(ProviderOf(call), NonceName, "nonce");
                body["data"] = new JsonObject { ["nonce"] = nonce };
                break;
            case "tenants"
                when verb is "create" or "update"
                    && body["spec"] is JsonObject handshake
                    && handshake.ContainsKey("signature"):
                await FillTenantAsync(call, handshake);
                break;
            case "identities" when verb == "create":
                body["spec"]!["authParams"] = await world.AuthParamsAsync(ProviderOf(call));
                break;
            case "certificatesigningrequests" when verb == "create":
                body["spec"]!["request"] = world.PeeringUser.Request();
                break;
            case "foreignclusters" when verb == "patch" && body.Count == 0:
                body["metadata"] = new JsonObject
                {
                    ["annotations"] = new JsonObject { ["liqo.io/foreign-cluster-permanently-unreachable"] = "true" },
                };
                break;
        }

        return body.ToJsonString();
    }

    /// <summary>What depends on keys, unless it is wrong on purpose.</summary>
    private async Task FillTenantAsync(JsonObject call, JsonObject spec)
    {
        var (key, request, signature) = await world.HandshakeAsync((string)call["cluster"]!);
        spec["publicKey"] = key;
        spec["csr"] = request;
        if (!ReplayWorld.IsWrongSignature((string)spec["signature"]!))
        {
            spec["signature"] = signature;
        }
    }

    private static string Options(JsonObject call)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1" };
        if (call["req"] is JsonObject asked)
        {
            options["gracePeriodSeconds"] = asked["gracePeriodSeconds"]?.DeepClone();
            options["propagationPolicy"] = asked["propagationPolicy"]?.DeepClone();
        }

        return options.ToJsonString();
    }

    /// <summary>The provider that a call to the homelab is about.</summary>
    private static string ProviderOf(JsonObject call) => ((string)call["ns"]!)["liqo-tenant-".Length..];

    private static string ResourceOf(JsonObject call) => ((string)call["gvr"]!).Split('/')[2];

    private static string Describe(JsonObject call) =>
        $"+{call["ms"]} {call["cluster"]} {call["verb"]} {call["gvr"]} {call["ns"]}/{call["name"]}";

    private async Task<(int Code, JsonObject? Body)> SendAsync(
        JsonObject call,
        HttpMethod method,
        HttpContent? content,
        string? subresource = null
    )
    {
        var client = world.ClientOf((string)call["cluster"]!, (string)call["user"]!);
        using HttpRequestMessage request = new(
            method,
            new Uri(client.BaseUri, await PathAsync(call, method, subresource))
        );
        request.Content = content;
        using var answer = await client.HttpClient.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return (
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType == "application/json"
                ? JsonNode.Parse(text) as JsonObject
                : null
        );
    }

    private async Task<string> PathAsync(JsonObject call, HttpMethod method, string? subresource)
    {
        var parts = ((string)call["gvr"]!).Split('/');
        StringBuilder path = new(parts[0] == "core" ? $"api/{parts[1]}" : $"apis/{parts[0]}/{parts[1]}");
        var (ns, name) = ((string?)call["ns"], (string?)call["name"]);
        if (!string.IsNullOrEmpty(ns) && parts[2] != "namespaces")
        {
            path.Append("/namespaces/").Append(ns);
        }

        path.Append('/').Append(parts[2]);
        if (!string.IsNullOrEmpty(name) && method != HttpMethod.Post && (string?)call["verb"] != "list")
        {
            path.Append('/').Append(parts[2] == "pods" ? await world.ShadowPodAsync(ns!) : name);
        }

        if ((subresource ?? parts.ElementAtOrDefault(3)) is { Length: > 0 } sub)
        {
            path.Append('/').Append(sub);
        }

        if (call["query"] is { } query && method == HttpMethod.Get && (string?)call["verb"] == "list")
        {
            path.Append('?').Append((string)query!);
        }

        return path.ToString();
    }
}
