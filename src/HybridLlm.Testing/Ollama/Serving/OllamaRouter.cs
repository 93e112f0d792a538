using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary>Paths and methods, and who may ask: foreign Host and Origin headers are refused, as a server on loopback does.</summary>
internal sealed class OllamaRouter
{
    private static readonly string[] s_localNames = [".localhost", ".local", ".internal"];

    private readonly Dictionary<string, Route> _routes;
    private readonly BlobEndpoint _blobs = new();
    private readonly Route _model;

    public OllamaRouter(EmulatorState state)
    {
        GenerationEndpoint generation = new(state);
        ModelEndpoints models = new(state);
        EmbeddingEndpoint embeddings = new(state);
        PullEndpoint pull = new(state);
        CreateEndpoint create = new(state, _blobs);
        CompatEndpoints compat = new(state, generation, embeddings);
        _routes = new Dictionary<string, Route>(StringComparer.Ordinal)
        {
            ["/"] = new("HEAD, GET", (c, _, _) => Reply.TextAsync(c, "Ollama is running", "text/plain; charset=utf-8")),
            ["/api/version"] = new(
                "HEAD, GET",
                (c, _, _) => Reply.JsonAsync(c, new JsonObject { ["version"] = state.Options.Version })
            ),
            ["/api/status"] = new("GET", (c, _, _) => Reply.JsonAsync(c, Status())),
            ["/api/tags"] = new("HEAD, GET", (c, _, _) => models.TagsAsync(c)),
            ["/api/ps"] = new("GET", (c, _, _) => models.PsAsync(c)),
            ["/api/show"] = new("POST", (c, _, body) => models.ShowAsync(c, body)),
            ["/api/copy"] = new("POST", (c, _, body) => models.CopyAsync(c, body)),
            ["/api/delete"] = new("DELETE", (c, _, body) => models.DeleteAsync(c, body)),
            ["/api/pull"] = new("POST", pull.HandleAsync),
            ["/api/create"] = new("POST", create.HandleAsync),
            ["/api/chat"] = new("POST", (c, live, body) => generation.HandleAsync(c, live, body, chat: true)),
            ["/api/generate"] = new("POST", (c, live, body) => generation.HandleAsync(c, live, body, chat: false)),
            ["/api/embed"] = new("POST", embeddings.EmbedAsync),
            ["/api/embeddings"] = new("POST", embeddings.EmbeddingsAsync),
            ["/v1/chat/completions"] = new("POST", compat.ChatAsync),
            ["/v1/completions"] = new("POST", compat.CompletionAsync),
            ["/v1/embeddings"] = new("POST", compat.EmbeddingsAsync),
            ["/v1/messages"] = new("POST", compat.MessagesAsync),
            ["/v1/responses"] = new("POST", compat.ResponsesAsync),
            [CompatEndpoints.Models] = new("GET", (c, _, _) => compat.ModelsAsync(c)),
        };
        _model = new Route("GET", (c, _, _) => compat.ModelAsync(c));
    }

    /// <summary>Whether a request's body is a file, to be read only on its way.</summary>
    public static bool IsBlob(HttpRequest request) =>
        request.Path.Value?.StartsWith(BlobEndpoint.Path, StringComparison.Ordinal) is true;

    public Task HandleAsync(HttpContext context, LiveRequest live, string body)
    {
        var path = context.Request.Path.Value is { Length: > 0 } given ? given : "/";
        if (!IsLocal(context.Request.Host.Host) || !IsLocalOrigin(context))
        {
            return Reply.EmptyAsync(context, 403);
        }

        if (IsBlob(context.Request))
        {
            return context.Request.Method is "HEAD" or "POST"
                ? _blobs.HandleAsync(context, live)
                : Reply.TextAsync(context, "405 method not allowed", "text/plain", 405);
        }

        if (_routes.TryGetValue(path, out var route) || IsModel(path, out route))
        {
            return route.Allows(context.Request.Method)
                ? route.Handle(context, live, body)
                : NotAllowedAsync(context, route);
        }

        return Correction(path) is { } corrected && _routes.ContainsKey(corrected)
            ? RedirectAsync(context, corrected)
            : Reply.TextAsync(context, "404 page not found", "text/plain", 404);
    }

    private bool IsModel(string path, [NotNullWhen(true)] out Route? route)
    {
        var named = path.StartsWith(CompatEndpoints.Models + "/", StringComparison.Ordinal);
        route = named && path.Length > CompatEndpoints.Models.Length + 1 ? _model : null;
        return route is not null;
    }

    private static Task NotAllowedAsync(HttpContext context, Route route)
    {
        context.Response.Headers.Allow = route.Methods;
        return Reply.TextAsync(context, "405 method not allowed", "text/plain", 405);
    }

    private static string? Correction(string path) =>
        path.StartsWith("//", StringComparison.Ordinal) ? path[1..]
        : path.EndsWith('/') ? path.TrimEnd('/')
        : null;

    private static Task RedirectAsync(HttpContext context, string path)
    {
        var (status, words) = context.Request.Path.Value!.StartsWith("//", StringComparison.Ordinal)
            ? (307, "Temporary Redirect")
            : (301, "Moved Permanently");
        context.Response.Headers.Location = path;
        return Reply.TextAsync(context, $"<a href=\"{path}\">{words}</a>.\n\n", "text/html; charset=utf-8", status);
    }

    private static bool IsLocalOrigin(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return true;
        }

        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || !IsLocal(uri.Host))
        {
            return false;
        }

        context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.Vary = "Origin";
        return true;
    }

    private static bool IsLocal(string host) =>
        host is "" or "localhost"
        || IPAddress.TryParse(host, out _)
        || s_localNames.Any(n => host.EndsWith(n, StringComparison.OrdinalIgnoreCase));

    private static JsonObject Status() =>
        new()
        {
            ["cloud"] = new JsonObject { ["disabled"] = true, ["source"] = "env" },
        };

    private sealed record Route(string Methods, Func<HttpContext, LiveRequest, string, Task> Handle)
    {
        public bool Allows(string method) => Methods.Split(", ").Contains(method, StringComparer.Ordinal);
    }
}
